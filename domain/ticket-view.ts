import type { Priority } from './policy.ts';

/**
 * What a ticket says, as plain redacted data; `connectors/ticket-layout.ts` turns it into each destination's markup.
 * Whatever came from outside (title, texts, values, reasons) is foreign and is made inert there; lists and texts that
 * are longer than `ticketViewLimits` are cut, with a note.
 */
export interface TicketView {
  readonly form: 'full' | 'light';
  readonly incident: {
    readonly id: string;
    readonly number: number;
    readonly count: number;
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly allClearAt: string | null;
  };
  /** Receipts of the alerts behind it, the first one first. */
  readonly receipts: readonly string[];
  readonly title: string;
  readonly product: string;
  readonly source: string;
  readonly severity: {
    readonly normal: string;
    readonly raw: string | null;
    readonly path: string | null;
  };
  readonly priority: { readonly level: Priority; readonly why: string };
  readonly owner: { readonly team: string; readonly why: string };
  /** Null where no rule matched. */
  readonly rule: { readonly id: string; readonly version: number; readonly why: string } | null;
  readonly playbook: { readonly name: string; readonly version: number } | null;
  /** What happened, in plain words. */
  readonly happened: string;
  readonly evidence: readonly { readonly label: string; readonly value: string }[];
  readonly missing: readonly { readonly what: string; readonly why: string }[];
  /** Address or path of our own runbook; empty where there is none. */
  readonly runbook: string;
  readonly remediation: { readonly text: string; readonly url: string } | null;
  readonly deeds: readonly DeedView[];
  /** Our own page or command that shows the incident's history. */
  readonly history: string;
}

export interface DeedView {
  readonly what: string;
  readonly outcome: string;
  /** Who asked and who approved; empty for what the engine did by itself. */
  readonly by: string;
  readonly detail: string;
  /** RFC 3339; empty where it is not known. */
  readonly at: string;
}

/** A comment on the incident's ticket: what changed since. */
export interface CommentView {
  readonly incident: { readonly id: string; readonly number: number };
  /** One line of ours, for example "Seen 40 times until …". */
  readonly summary: string;
  readonly evidence: TicketView['evidence'];
  readonly missing: TicketView['missing'];
  readonly deeds: readonly DeedView[];
  /** Foreign text, for example a person's note; empty where there is none. */
  readonly note: string;
  readonly history: string;
}

export const ticketViewLimits = {
  titleChars: 200,
  lineChars: 512,
  textChars: 4_096,
  evidence: 30,
  missing: 20,
  deeds: 20,
  receipts: 8,
} as const;
