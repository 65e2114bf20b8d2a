import { describe, expect, it } from 'vitest';
import { codeBlock, codeSpan, inertBlock, inertLine, visible } from '../../connectors/inert.ts';
import { renderComment, renderTicket } from '../../connectors/ticket-layout.ts';
import { fromBase64, hostileCorpus, hostileRecords } from '../support/hostile.ts';
import { attacked, frame, harmless, triggersIn } from '../support/attacked-tickets.ts';
import { outsideCode, withoutSpans } from '../support/outside-code.ts';
import { aCommentView } from '../support/ticket-views.ts';

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
