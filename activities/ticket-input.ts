import { destinationOf, renderComment, renderTicket } from '../connectors/ticket-layout.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import { severityNames } from '../domain/finding.ts';
import { readFinding } from '../domain/upcast.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { PriorityPolicy } from '../domain/policy.ts';
import { priorityValue } from '../domain/priority.ts';
import type { Deed, EffectCommand, TicketFacts, TicketIntent } from '../domain/run.types.ts';
import type { CommentView, DeedView, TicketView } from '../domain/ticket-view.ts';
import type { Decision, TicketFile } from '../store/ticket-files.ts';
import type { RunRef } from './contract.ts';

export interface TicketParts {
  readonly command: EffectCommand;
  readonly intent: TicketIntent;
  readonly run: RunRef;
  readonly file: TicketFile;
  readonly priority: PriorityPolicy;
}

/** The input of a ticket capability: the layout's text, and what the playbook set itself on top. */
export function ticketInput(parts: TicketParts): JsonObject {
  const { command, intent, file } = parts;
  const destination = destinationOf(connectorOf(command.call.capability));
  if (intent.verb === 'ensure') {
    const { title, body } = renderTicket(ticketView(parts), destination);
    const { trace } = file;
    const base = {
      externalKey: command.idempotencyKey,
      title,
      body,
      priority: priorityValue(
        parts.priority,
        connectorOf(command.call.capability),
        trace?.priority.level ?? 'P3',
      ),
      team: trace?.owner.team ?? 'unassigned',
      labels: ['sallyport'],
    };
    return { ...base, ...command.call.input };
  }
  const ticketId = linkOf(parts);
  if (intent.verb === 'comment')
    return {
      ticketId,
      key: command.idempotencyKey,
      body: renderComment(commentView(parts), destination),
    };
  return { ticketId, ...command.call.input };
}

const connectorOf = (capability: string): string => capability.split('.', 1)[0] ?? '';

function linkOf({ command, intent, file }: TicketParts): string {
  const link = file.links.find(
    (each) => each.connection === command.call.connection && each.purpose === intent.purpose,
  );
  if (link === undefined)
    throw new SallyportError('TARGET_ABSENT', 'the incident has no ticket there');
  return link.externalId;
}

function ticketView({ intent, run, file }: TicketParts): TicketView {
  const finding = findingOf(file);
  const { trace } = file;
  return {
    form: intent.form,
    incident: incidentView(run, file),
    receipts: file.receipts,
    title: finding.title,
    product: finding.product,
    source: finding.source,
    severity: {
      normal: severityNames[finding.severityId],
      raw: finding.severitySource?.value ?? null,
      path: finding.severitySource?.path ?? null,
    },
    priority: trace?.priority ?? { level: 'P3', why: 'not triaged' },
    owner: trace?.owner ?? { team: 'unassigned', why: 'not triaged' },
    rule: trace?.rule == null ? null : { ...trace.rule, why: trace.tried.at(-1)?.detail ?? '' },
    playbook: { name: run.playbook, version: run.version },
    happened: finding.description === '' ? finding.title : finding.description,
    evidence: [...evidenceOf(finding), ...stepEvidence(intent.view.steps ?? {})],
    missing: missingOf(intent.view),
    runbook: file.runbook,
    remediation: finding.remediation,
    deeds: deedsOf(intent.view, file.decisions),
    history: `sallyport history ${file.number}`,
  };
}

function incidentView(run: RunRef, file: TicketFile): TicketView['incident'] {
  return {
    id: run.incidentId,
    number: file.number,
    count: file.count,
    firstSeen: file.firstSeen.toISOString(),
    lastSeen: file.lastSeen.toISOString(),
    allClearAt: file.allClearAt?.toISOString() ?? null,
  };
}

function commentView({ intent, run, file }: TicketParts): CommentView {
  const { late, answer } = intent.view;
  const clear =
    file.allClearAt === null
      ? ''
      : ` The sender says that it is over (${file.allClearAt.toISOString()}).`;
  const seen = `Seen ${file.count} ${file.count === 1 ? 'time' : 'times'}, last at ${file.lastSeen.toISOString()}.${clear}`;
  return {
    incident: { id: run.incidentId, number: file.number },
    summary: late !== undefined ? `A lookup answered late: ${late}.` : seen,
    evidence: late !== undefined && isObject(answer) ? rows(late, answer) : [],
    missing: missingOf(intent.view),
    deeds: deedsOf(intent.view, file.decisions),
    note: '',
    history: `sallyport history ${file.number}`,
  };
}

function findingOf(file: TicketFile): Finding {
  return readFinding(file.facts['finding']);
}

function evidenceOf(finding: Finding): TicketView['evidence'] {
  const time = finding.time ?? 'not given';
  return [
    { label: 'time', value: time },
    ...finding.resources.map((each) => ({
      label: each.type,
      value: each.name === '' ? each.uid : each.name,
    })),
    ...finding.actors.map((each) => ({ label: `actor (${each.type})`, value: each.name })),
    ...finding.observables.map((each) => ({
      label: `${each.type} (${each.role})`,
      value: each.value,
    })),
    ...(finding.link === '' ? [] : [{ label: 'source', value: finding.link }]),
  ];
}

function stepEvidence(steps: JsonObject): TicketView['evidence'] {
  return Object.entries(steps).flatMap(([step, output]) =>
    isObject(output) ? rows(step, output) : [],
  );
}

function rows(step: string, output: JsonObject): TicketView['evidence'] {
  return Object.entries(output).map(([field, value]) => ({
    label: `${step}.${field}`,
    value: textOf(value),
  }));
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function missingOf({ missing = [] }: TicketFacts): TicketView['missing'] {
  return missing.map((gap) => ({ what: gap.step, why: gap.why }));
}

function deedsOf({ deeds = [] }: TicketFacts, decisions: readonly Decision[]): readonly DeedView[] {
  return deeds.map((deed) => {
    const votes = decisions.filter((vote) => decides(vote, deed));
    return {
      what: `${deed.step}: ${deed.capability}`,
      outcome: deed.outcome,
      by: [...new Set(votes.map((vote) => vote.person))].join(', '),
      detail: deed.detail,
      at: votes.at(-1)?.at ?? '',
    };
  });
}

/** Whose signature stands behind a deed: approvals behind what was done, rejections behind what was refused. */
function decides(vote: Decision, deed: Deed): boolean {
  if (deed.capability === 'gate') return vote.decision === 'reject';
  if (vote.capability !== deed.capability) return false;
  return vote.decision === (deed.outcome === 'undone' ? 'undo' : 'approve');
}
