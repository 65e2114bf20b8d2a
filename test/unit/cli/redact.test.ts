import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { redactCommand } from '../../../cli/redact.ts';
import { aRedactor } from '../redaction/a-redactor.ts';

async function run(
  args: readonly string[],
  input: string,
): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await redactCommand(args, {
    stdin: Readable.from([input]),
    stdout,
    stderr,
    redactor: aRedactor(),
  });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe('sallyport redact', () => {
  it('writes text redacted and JSON as JSON', async () => {
    expect(await run([], 'x password=hunter2x\n')).toMatchObject({
      code: 0,
      out: 'x password=[redacted:password]\n',
    });
    expect(JSON.parse((await run([], '{"password":"a1"}')).out)).toEqual({
      password: '[redacted:password]',
    });
  });

  it('tries its rules on their examples with --check-rules, and reads nothing', async () => {
    const { code, out, err } = await run(['--check-rules'], 'password=hunter2x');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^\d{3,} rules, \d{4,} examples: 0 do not hold\n$/);
  });

  it('answers line by line with --jsonl', async () => {
    expect(
      (await run(['--jsonl'], '{"id":"a","text":"password=hunter2x"}\n\n{"id":2,"text":"fine"}\n'))
        .out,
    ).toBe('{"id":"a","text":"password=[redacted:password]"}\n{"id":2,"text":"fine"}\n');
  });

  it('says with --explain what went and where, never the value', async () => {
    const { err } = await run(['--explain'], '{"a":{"password":"hunter2x"}}');
    expect(err).toBe('mask password by field-name at /(json)/a/password\n');
  });

  it('prints nothing with --check and exits 1 where something would go', async () => {
    expect(await run(['--check'], 'password=hunter2x')).toEqual({ code: 1, out: '', err: '' });
    expect(await run(['--check'], 'all fine')).toEqual({ code: 0, out: '', err: '' });
  });

  it('refuses unknown flags, missing files and lines that are not records', async () => {
    expect((await run(['--nope'], '')).code).toBe(2);
    expect((await run(['/does/not/exist'], '')).code).toBe(2);
    expect((await run(['--jsonl'], '{"id":1}\n')).code).toBe(2);
  });
});
