import { describe, expect, it } from 'vitest';
import { createRedactingInterceptor } from '../../../activities/redacting-interceptor.ts';
import type { SealedOriginal } from '../../../domain/sealed-original.ts';
import { aRedactor } from '../redaction/a-redactor.ts';

const redactor = aRedactor();
const input = { args: [], headers: {} };

async function run(
  activity: () => Promise<unknown>,
  keep: (sealed: readonly SealedOriginal[]) => Promise<void> = () => Promise.resolve(),
): Promise<unknown> {
  const { execute } = createRedactingInterceptor({ redactor, keep });
  if (execute === undefined) throw new Error('no execute');
  return execute(input, activity);
}

describe('the redacting interceptor', () => {
  it('redacts what an activity returns and keeps the originals of its tokens first', async () => {
    const kept: string[] = [];
    const result = await run(
      () => Promise.resolve({ mail: 'jane@example.com', apiKey: 'zzz999' }),
      (sealed) => {
        kept.push(...sealed.map((one) => one.token));
        return Promise.resolve();
      },
    );
    expect(result).toEqual({ mail: kept[0], apiKey: '[redacted:api-key]' });
    expect(kept).toHaveLength(1);
  });

  it('leaves nothing as nothing, and does not call the vault for it', async () => {
    const keep = (): Promise<void> => Promise.reject(new Error('must not be called'));
    expect(await run(() => Promise.resolve(undefined), keep)).toBeUndefined();
    expect(await run(() => Promise.resolve({ ok: true }), keep)).toEqual({ ok: true });
  });

  it('redacts what an activity throws, at once or later, even where the vault is down', async () => {
    const keep = (): Promise<void> => Promise.reject(new Error('vault down'));
    await expect(
      run(() => Promise.reject(new Error('401 for jane@example.com password=hunter2x')), keep),
    ).rejects.toThrow(/^401 for <email:[^>]+> password=\[redacted:password\]$/);
  });

  it('fails the activity where the originals cannot be kept: a token that nobody can reveal must not travel', async () => {
    await expect(
      run(
        () => Promise.resolve('jane@example.com'),
        () => Promise.reject(new Error('vault down')),
      ),
    ).rejects.toThrow('vault down');
  });
});
