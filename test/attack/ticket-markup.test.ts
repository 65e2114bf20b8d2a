import { describe, expect, it } from 'vitest';
import { codeBlock, codeSpan, inertBlock, inertLine, visible } from '../../connectors/inert.ts';
import { renderComment, renderTicket } from '../../connectors/ticket-layout.ts';
import type { TicketView } from '../../domain/ticket-view.ts';
import { fromBase64, hostileCorpus, hostileRecords } from '../support/hostile.ts';
import { outsideCode, withoutSpans } from '../support/outside-code.ts';
import { aCommentView, aTicketView } from '../support/ticket-views.ts';

const breaker = '\u200b';
const corpus = [...hostileRecords<{ target: string; p64: string }>('ticket-markup')].map(
  ({ id, target, p64 }) => ({ id, target, payload: fromBase64(p64) }),
);
const own = [
  '```\n# out\n```',
  '````\n```\n@octocat',
  '`` ` ``',
  '`',
  '\\`@octocat',
  '~~~\n@octocat',
  '<!-- x -->',
  '&lt;img src=x&gt;',
  '@octocat',
  '#123',
  'corp/incidents#1',
  '# heading',
  '> quote',
  '![x](https://evil.example/p.png)',
  '[x]: https://evil.example',
  '|a|b|\n|-|-|',
  '$`x`$',
  'https://evil.example/`@octocat`',
  '\n\n## What was done\n\n- done',
  '<email:k1.aaaa> <javascript:k1.aaaaaaaaaaaaaaaaaaaaaaaa>',
  'MAILTO:a@b.c',
  'www.evil.example',
  '{{7*7}}',
  '<@U1>',
  '<!channel>',
  '[~admin]',
  '{code}',
  '*bold* _it_ ~no~',
  'line\rforged: header',
].map((payload, index) => ({ id: `own-${index}`, target: 'any', payload }));
const attacks = [...corpus, ...own];

/** A ticket with the payload in every place but the two addresses of our own, which come from plan and configuration. */
function attacked(payload: string): TicketView {
  return aTicketView({
    title: payload,
    product: payload,
    source: payload,
    severity: { normal: 'high', raw: payload, path: payload },
    priority: { level: 'P2', why: payload },
    owner: { team: payload, why: payload },
    rule: { id: payload, version: 3, why: payload },
    playbook: null,
    happened: payload,
    evidence: [{ label: payload, value: payload }],
    missing: [{ what: payload, why: payload }],
    remediation: { text: payload, url: payload },
    incident: {
      id: payload,
      number: 12,
      count: 1,
      firstSeen: payload,
      lastSeen: payload,
      allClearAt: payload,
    },
    receipts: [payload],
    deeds: [{ what: payload, outcome: payload, by: payload, detail: payload, at: payload }],
  });
}

/** Our own words around the code are the same whatever the payload is. */
const frame = (view: TicketView): string => outsideCode(renderTicket(view, 'github').body);
const harmless = frame(attacked('harmless'));

describe.skipIf(!hostileCorpus)('the hostile corpus', () => {
  it('is there', () => {
    expect(corpus.length).toBeGreaterThan(30);
  });
});

describe.each(attacks)('$id ($target)', ({ payload }) => {
  it('adds nothing but code to a ticket in Markdown', () => {
    expect(frame(attacked(payload))).toBe(harmless);
  });

  it('stays readable, byte for byte, in Markdown', () => {
    expect(renderTicket(attacked(payload), 'markdown').body).toContain(visible(payload));
  });

  it('has no trigger of any markup left where the markup is unknown', () => {
    const { title, body } = renderTicket(attacked(payload), 'plain');
    const comment = renderComment(
      aCommentView({
        note: payload,
        summary: payload,
        evidence: [{ label: payload, value: payload }],
      }),
      'plain',
    );
    for (const text of [title, body, comment]) expect(triggersIn(text)).toEqual([]);
  });

  it('gives a title of one line', () => {
    expect(renderTicket(attacked(payload), 'github').title).not.toMatch(/[\r\n\u2028\u2029]/);
  });
});

/** Mentions, links, images, macros, HTML and templates as Slack, Jira, Markdown, Teams, ServiceNow and mail know them. */
function triggersIn(text: string): readonly string[] {
  const withoutOwn = text
    .replace(/<email:k1\.[a-z2-7]{20,64}>/g, '')
    .replaceAll(aTicketView().runbook, '')
    .replaceAll(aTicketView().history, '');
  const patterns = [
    /<[^\s\u200b]/g,
    /@[^\s\u200b]/g,
    /\[[^\s\u200b\]:.]/g,
    /\{[^\s\u200b]/g,
    /\]\(/g,
    /![^\s\u200b]/g,
    /https?:\/\//gi,
    /\bwww\./gi,
    /javascript:/gi,
    /`{3}/g,
    /\$\{/g,
    /^(#|>|\||=|~~~|bq\.|h[1-6]\.)/gm,
  ];
  return patterns.flatMap((pattern) => withoutOwn.match(pattern) ?? []);
}

describe('code', () => {
  it.each(['', ' ', '`', '``', 'a`b', '`a', 'a`', ' a ', '``` a'])(
    'span around %j ends where it should',
    (text) => {
      expect(withoutSpans(`x${codeSpan(text)}y`)).toBe('xy');
    },
  );

  it('block around any run of backticks ends where it should', () => {
    for (const text of ['```', '````\n```', '`````', 'a\n```text\nb'])
      expect(outsideCode(`x\n\n${codeBlock(text)}\n\ny`)).toBe('x\n\n\ny');
  });
});

describe('tokens', () => {
  const token = '<email:k1.abcdefghijklmnopqrstuvwx>';
  it('of our own stay whole, so that they can be revealed', () => {
    expect(inertLine(`mail of ${token}`)).toContain(token);
    expect(inertBlock(token)).toContain(token);
  });

  it('of a kind that is a scheme are no tokens', () => {
    expect(inertLine('<javascript:k1.abcdefghijklmnopqrstuvwx>')).toContain(breaker);
  });
});
