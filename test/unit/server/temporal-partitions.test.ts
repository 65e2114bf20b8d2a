import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { partitionsOf } from '../../../server/temporal-partitions.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-partitions-'));
});
afterEach(() => rm(dir, { recursive: true }));

const asked = (): Promise<number> => partitionsOf(join(dir, 'temporal.db'), join(dir, 'made'));
const write = (name: string, text: string): Promise<void> => writeFile(join(dir, name), text);

describe('the partitions of task queues', () => {
  it('are one for a server that has no file yet', async () => {
    await write('made', '4');
    expect(await asked()).toBe(1);
  });

  it.each(['1', '4'])('stay %s for a file that was made so', async (made) => {
    await write('temporal.db', '');
    await write('made', made);
    expect(await asked()).toBe(Number(made));
  });

  it.each(['', '0', 'one'])(
    'stay the default of the server where nobody wrote them (%j)',
    async (made) => {
      await write('temporal.db', '');
      await write('made', made);
      expect(await asked()).toBe(4);
    },
  );

  it('stay the default of the server for a file of which nothing is known', async () => {
    await write('temporal.db', '');
    expect(await asked()).toBe(4);
  });
});
