import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromBase64, hostileCorpus, hostileRecords } from '../support/hostile.ts';
import { aRedactor } from '../unit/redaction/a-redactor.ts';

const redactor = aRedactor();
const twice = (text: string): readonly [string, string] => {
  const once = redactor.redactText(text).text;
  return [once, redactor.redactText(once).text];
};

const pumpedChars = 65_536;

describe.skipIf(!hostileCorpus)(
  'texts made against regular expressions (needs ../shared/hostile)',
  () => {
    interface Pumped {
      readonly prefix64: string;
      readonly pump64: string;
      readonly suffix64: string;
    }
    it.each(hostileRecords<Pumped>('redos').map((record) => [record.id, record] as const))(
      '%s, pumped to 64 Ki characters, is read to its end',
      (_id, { prefix64, pump64, suffix64 }) => {
        const pump = fromBase64(pump64);
        const times = Math.ceil(pumpedChars / Math.max(1, pump.length));
        const text = `${fromBase64(prefix64)}${pump.repeat(times)}${fromBase64(suffix64)}`;
        const { report } = redactor.redactText(`${text} password=correct-horse-7`);
        expect(report.bounds).toEqual([]);
        expect(report.counts['password']).toBe(1);
      },
      60_000,
    );
  },
);

describe.skipIf(!hostileCorpus)(
  'texts that other programs choke on (needs ../shared/hostile)',
  () => {
    const naughty = hostileRecords<{ p64: string }>('naughty-strings').map(({ p64 }) => p64);
    const tricks = hostileRecords<{ a64: string; b64: string }>('unicode-tricks').flatMap(
      ({ a64, b64 }) => [a64, b64],
    );

    it('are redacted, and once is enough', () => {
      for (const text of [...naughty, ...tricks].map(fromBase64)) {
        const [once, again] = twice(text);
        expect(again).toBe(once);
      }
    });

    it('hide no secret that stands beside them', () => {
      const secret = `ghp_${'Zx81'.repeat(9)}`;
      for (const text of [...naughty, ...tricks].map(fromBase64))
        expect(redactor.redactText(`${text} ${secret}`).text).not.toContain(secret);
    });
  },
);

const alerts = fileURLToPath(new URL('../../../shared/alerts/', import.meta.url));

describe.skipIf(!existsSync(alerts))('real alerts (needs ../shared/alerts)', () => {
  const payloads = (existsSync(alerts) ? readdirSync(alerts, { recursive: true }) : [])
    .map(String)
    .filter((path) => path.endsWith('.json'))
    .map((path): readonly [string, unknown] => [
      path,
      readPayload(readFileSync(join(alerts, path), 'utf8')),
    ]);

  it('lose addresses of people, and of all else three tokens, cookies and a password', () => {
    const lost = payloads.flatMap(([path, payload]) =>
      redactor
        .redact(payload)
        .report.replacements.filter(({ kind }) => kind !== 'email')
        .map(({ kind, path: place }) => `${path.split('/')[0]} ${place.split('/').at(-1)} ${kind}`),
    );
    expect(payloads.length).toBeGreaterThan(100);
    expect(new Set(lost)).toEqual(
      new Set([
        'aws-cloudwatch-alarm-sns Token token',
        'aws-cloudwatch-alarm-sns SubscribeURL token',
        'aws-config resultToken token',
        'sentry 0 cookie',
        'sentry 1 cookie',
        'sentry __LITERAL_1__ url-password',
      ]),
    );
  });
});

/** Some are no JSON as a whole. */
function readPayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
