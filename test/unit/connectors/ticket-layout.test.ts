import { describe, expect, it } from 'vitest';
import { destinationOf, renderComment, renderTicket } from '../../../connectors/ticket-layout.ts';
import { ticketLimits } from '../../../connectors/ticket.schema.ts';
import { ticketViewLimits } from '../../../domain/ticket-view.ts';
import { aCommentView, aTicketView } from '../../support/ticket-views.ts';

const breaker = '\u200b';

describe('a ticket', () => {
  it.each(['markdown', 'github', 'plain'] as const)('looks so in %s', async (destination) => {
    const { title, body } = renderTicket(aTicketView(), destination);
    await expect(`${title}\n\n${body}\n`).toMatchFileSnapshot(`./golden/ticket.${destination}.txt`);
  });

  it.each(['markdown', 'plain'] as const)(
    'in its light form looks so in %s',
    async (destination) => {
      const { title, body } = renderTicket(aTicketView({ form: 'light' }), destination);
      await expect(`${title}\n\n${body}\n`).toMatchFileSnapshot(
        `./golden/ticket-light.${destination}.txt`,
      );
    },
  );

  it.each(['markdown', 'plain'] as const)('a comment looks so in %s', async (destination) => {
    await expect(`${renderComment(aCommentView(), destination)}\n`).toMatchFileSnapshot(
      `./golden/comment.${destination}.txt`,
    );
  });

  it.each(['markdown', 'github', 'plain'] as const)(
    'says in %s all that a reader needs',
    (destination) => {
      const { title, body } = renderTicket(aTicketView(), destination);
      const facts = [
        'inc_aaaabbbbccccddddeeeeffff',
        'rcp_aaaabbbbccccddddeeeeffff',
        'Warning',
        'high',
        'P2',
        'host-malware@3',
        'host-malware@2',
        'platform',
        'rule hosts-by-name',
        'VENDOR_UNAVAILABLE',
        'https://runbooks.corp.example/host-malware',
        'Rebuild the container',
        'crowdstrike.host.contain',
        'approved by dana and eli',
        'http://127.0.0.1:8080/incidents/12',
        '<email:k1.abcdefghijklmnopqrstuvwx>',
      ];
      expect(facts.filter((fact) => !`${title}\n${body}`.includes(fact))).toEqual([]);
      expect(title).toContain('INC-12');
    },
  );

  it('leaves out what there is nothing to say about', () => {
    const { body } = renderTicket(
      aTicketView({
        evidence: [],
        missing: [],
        deeds: [],
        runbook: '',
        remediation: null,
        rule: null,
        playbook: null,
      }),
      'markdown',
    );
    expect(body).not.toMatch(/## (Evidence|What is missing|What was done|What to do)/);
    expect(body).toContain('Rule: none matched');
  });

  it('keeps within its bounds whatever it is given, and never cuts a character in two', () => {
    const huge = '😀'.repeat(50_000);
    const many = Array.from({ length: 500 }, () => ({
      label: huge,
      value: huge,
      what: huge,
      why: huge,
      outcome: huge,
      by: huge,
      detail: huge,
      at: huge,
    }));
    const view = aTicketView({
      title: huge,
      happened: huge,
      evidence: many,
      missing: many,
      deeds: many,
      remediation: { text: huge, url: huge },
      receipts: many.map(() => huge),
    });
    for (const destination of ['markdown', 'plain'] as const) {
      const { title, body } = renderTicket(view, destination);
      expect(title.length).toBeLessThanOrEqual(ticketLimits.titleChars);
      expect(body.length).toBeLessThanOrEqual(ticketLimits.bodyChars);
      expect([title.isWellFormed(), body.isWellFormed()]).toEqual([true, true]);
      expect(body).toContain(`and ${500 - ticketViewLimits.evidence} more`);
    }
  });

  it('links only to plain web addresses of our own', () => {
    for (const runbook of [
      'javascript:alert(1)',
      'https://user@evil.example/',
      'https://a.example/> <img src=x>',
      'https://a.example/\n# x',
    ]) {
      expect(renderTicket(aTicketView({ runbook }), 'markdown').body).not.toContain(`<${runbook}`);
    }
  });

  it('shows what cannot be seen', () => {
    const { body } = renderTicket(
      aTicketView({ happened: 'a\u202eb\u0000c\u001b[31m\u200bd' }),
      'plain',
    );
    expect(body.replaceAll(breaker, '')).toContain(
      'a\\u{202e}b\\u{0}c\\u{1b}[31m\\u{200b}d'.replace('{', '{'),
    );
  });
});

describe('destinations', () => {
  it('know their markup, and every other product gets plain text', () => {
    expect(['board', 'github', 'generic-http', 'smtp', 'new-one'].map(destinationOf)).toEqual([
      'markdown',
      'github',
      'plain',
      'plain',
      'plain',
    ]);
  });
});
