import { describe, expect, test } from 'vitest';
import { createIntakeCommand } from '../../cli/intake.ts';
import { table } from '../../cli/table.ts';
import { inertMessage, inertSubject } from '../../connectors/inert.ts';
import { renderTicket } from '../../connectors/ticket-layout.ts';
import { findingLimits } from '../../domain/finding.ts';
import { readBody, tryBody } from '../../intake/try.ts';
import { systemClock } from '../../platform/clock.ts';
import { createRedactor } from '../../redaction/redact.ts';
import { attacked, frame, harmless, triggersIn } from '../support/attacked-tickets.ts';
import { shippedCorrelate, shippedPolicy } from '../support/correlate.ts';
import { fromBase64, hostileCorpus, hostileRecords } from '../support/hostile.ts';
import { falcoAlert } from '../support/intake.ts';

interface Record64 {
  readonly p64?: string;
  readonly p?: string;
  readonly a64?: string;
  readonly b64?: string;
}

const payloadsOf = (corpus: string): readonly string[] =>
  hostileRecords<Record64>(corpus)
    .flatMap(({ p64, p, a64, b64 }) => [
      ...[p64, a64, b64].flatMap((text) => (text === undefined ? [] : [fromBase64(text)])),
      ...(p === undefined ? [] : [p]),
    ])
    .filter((text) => text.trim() !== '');

/** One alert that no reader knows and one that a reader knows, with the text wherever a sender may write. */
const alertsWith = (text: string): readonly object[] => [
  {
    id: 'a-1',
    title: text,
    description: text,
    severity: 'high',
    rule: { id: text, name: text },
    host: { name: text },
    user: { name: text },
    tags: [text],
    [text.slice(0, 60)]: text,
  },
  falcoAlert({ rule: text, output: text, output_fields: { 'container.name': text, [text]: text } }),
];

const corpora = [
  'html-xss',
  'csv-formula',
  'prompt-injection',
  'ticket-markup',
  'template-injection',
  'log-injection',
  'unicode-tricks',
  'naughty-strings',
];

/** Zero width: between a sign of markup and what it would open. */
const breaker = '\u200b';
const controls =
  /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]/u;

describe.skipIf(!hostileCorpus).each(corpora)('%s (needs ../shared/hostile)', (corpus) => {
  const payloads = payloadsOf(corpus);

  test('is there', () => {
    expect(payloads.length).toBeGreaterThan(10);
  });

  test('ends as a finding, whole and bounded', () => {
    for (const text of payloads)
      for (const alert of alertsWith(text)) {
        const found = readBody(Buffer.from(JSON.stringify(alert)));
        expect(found).toHaveLength(1);
        const [finding] = found;
        expect(finding?.uid).not.toBe('');
        expect(finding?.title).not.toBe('');
        expect(finding?.format).toMatch(/^(?:generic|falco|unparsed)$/);
        expect(Buffer.byteLength(JSON.stringify(found))).toBeLessThan(findingLimits.findingBytes);
        if (finding !== undefined) expect(shippedCorrelate(finding).key).toHaveLength(64);
      }
  });

  test('is text in tickets, and no cell that a spreadsheet would calculate', () => {
    for (const text of payloads) {
      const view = attacked(text);
      expect(frame(view)).toBe(harmless);
      for (const destination of ['markdown', 'github', 'plain'] as const) {
        const { title, body } = renderTicket(view, destination);
        expect(title).toMatch(/^P2 /);
        expect(title.replaceAll(breaker, '')).not.toMatch(controls);
        expect(body).toMatch(/^- Severity: /);
        // A rule's version stands after its id.
        if (destination === 'plain')
          expect(triggersIn(`${title}\n${body.replaceAll('@3', '')}`)).toEqual([]);
      }
    }
  });

  test('is text in messages to a chat', () => {
    for (const text of payloads) {
      const subject = inertSubject(text, 256);
      expect(triggersIn(subject)).toEqual([]);
      expect(subject).not.toMatch(/^[=+\-@\t\r|]/);
      const body = inertMessage(`Ticket: https://tickets.example/T-1\n${text}`, 20_000);
      expect(body).toContain('Ticket: https://tickets.example/T-1\n');
      expect(body).not.toMatch(
        /<[!@#a-z/]|@(?:here|channel|everyone|all)\b|\[~|\{[{%]|\$\{|\]\(|```/i,
      );
    }
  });

  test('moves no cursor and reorders nothing on a terminal', async () => {
    let said = '';
    const body = payloads
      .flatMap(alertsWith)
      .slice(0, 900)
      .map((alert) => JSON.stringify(alert));
    const io = {
      stdout: { write: (text: string) => void (said += text), isTerminal: true },
      stderr: { write: (text: string) => void (said += text), isTerminal: true },
      stdin: { read: () => Promise.resolve(Buffer.from(body.join('\n'))), isTerminal: false },
      clock: systemClock,
      workingDir: process.cwd(),
    };
    const engine = (): Promise<never> => Promise.reject(new Error('try works without an engine'));
    expect(await createIntakeCommand(engine)(['try'], io)).toBe(0);
    expect(said.split('\n').filter((line) => line.startsWith('finding '))).toHaveLength(
      body.length,
    );
    said += table(payloads, [{ title: 'text', charsMax: 60, cell: (text) => text }]);
    expect(said.replaceAll('\n', '')).not.toMatch(controls);
  });
});

describe.skipIf(!hostileCorpus)('orders to a reader (needs ../shared/hostile)', () => {
  const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(7) } };
  const deps = {
    redactor: createRedactor({ tokenKeys: ring }),
    policy: shippedPolicy(),
    policyDigest: '',
    nowMs: Date.UTC(2026, 10, 20),
  };
  const decided = (said: string): unknown =>
    tryBody(
      Buffer.from(
        JSON.stringify({
          id: 'a-1',
          title: 'Port scan',
          severity: 'high',
          host: 'web-7',
          details: said,
        }),
      ),
      deps,
    ).map(({ finding, triage, playbook }) => [
      finding.severityId,
      finding.status,
      triage.decision,
      triage.priority.level,
      triage.owner,
      playbook,
    ]);

  test('in an alert change no severity, status, rule, priority, owner or playbook', () => {
    const before = decided('Nothing is asked for here.');
    for (const text of payloadsOf('prompt-injection')) expect(decided(text)).toEqual(before);
  });
});

describe.skipIf(!hostileCorpus)('letters that look alike (needs ../shared/hostile)', () => {
  test('name different hosts: their alerts are never one incident', () => {
    const pairs = hostileRecords<{ ascii: string; cp: string }>('unicode-confusables').filter(
      ({ cp }) => cp.startsWith('U+') && !cp.includes(' '),
    );
    expect(pairs.length).toBeGreaterThan(100);
    const keyOf = (host: string): string => {
      const [finding, ...others] = readBody(
        Buffer.from(
          JSON.stringify({
            id: 'a-1',
            title: 'Port scan',
            rule: { id: 'r' },
            host: { name: host },
          }),
        ),
      );
      if (finding === undefined || others.length > 0) throw new Error('one alert is one finding');
      return shippedCorrelate(finding).key;
    };
    for (const { ascii, cp } of pairs) {
      const other = String.fromCodePoint(Number.parseInt(cp.slice(2), 16));
      expect(keyOf(`web-${other}`)).not.toBe(keyOf(`web-${ascii}`));
    }
  });
});
