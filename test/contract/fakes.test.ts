import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../server/fakes-main.ts', import.meta.url));
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-fakes-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Process {
  readonly urls: Readonly<Record<string, string>>;
  kill(): Promise<void>;
}

async function startProcess(): Promise<Process> {
  const child = spawn(process.execPath, [main, '--state', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    urls: JSON.parse(line) as Record<string, string>,
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('the fakes as a process', () => {
  it('are killed and come back at the same addresses with all that they held', async () => {
    const first = await startProcess();
    const made = await fetch(`${first.urls['sink']}/tickets`, {
      method: 'POST',
      body: JSON.stringify({ external_id: 'k1', title: 'Kept' }),
    });
    expect(made.status).toBe(201);
    await first.kill();
    const second = await startProcess();
    expect(second.urls).toEqual(first.urls);
    const found = (await (
      await fetch(`${second.urls['sink']}/tickets?external_id=k1`)
    ).json()) as readonly { title: string }[];
    const { calls } = (await (await fetch(`${second.urls['sink']}/__state`)).json()) as {
      calls: Record<string, number>;
    };
    await second.kill();
    expect(found.map(({ title }) => title)).toEqual(['Kept']);
    expect(calls).toEqual({ 'POST /tickets': 1, 'GET /tickets': 1 });
  });
});
