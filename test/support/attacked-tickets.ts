import { renderTicket } from '../../connectors/ticket-layout.ts';
import type { TicketView } from '../../domain/ticket-view.ts';
import { outsideCode } from './outside-code.ts';
import { aTicketView } from './ticket-views.ts';

/** A ticket with the payload in every place but the two addresses of our own, which come from plan and configuration. */
export function attacked(payload: string): TicketView {
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
export const frame = (view: TicketView): string => outsideCode(renderTicket(view, 'github').body);
export const harmless = frame(attacked('harmless'));

/** Mentions, links, images, macros, HTML and templates as Slack, Jira, Markdown, Teams, ServiceNow and mail know them. */
export function triggersIn(text: string): readonly string[] {
  const withoutOwn = text
    .replace(/<email:k1\.[a-z2-7]{20,64}>/g, '')
    .replaceAll(aTicketView().runbook, '')
    .replaceAll(aTicketView().history, '');
  const patterns = [
    /<[^\s\u200b),;:]/g,
    /@[^\s\u200b),;:]/g,
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
