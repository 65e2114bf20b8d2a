import type { TriageDecision, TriageTrace } from '../domain/policy.ts';
import { readFlags } from './flags.ts';
import { exitCodes, printJson, printLine, type CliCommand } from './io.ts';
import { joiningLines, type JoiningAnswer } from './joining-lines.ts';
import { stayingLines, type StayingAnswer } from './staying-lines.ts';
import { printable } from './printable.ts';

export const explainUsage = 'sallyport explain <incident> [--json]';

/** What `GET /v1/incidents/:id/explain` answers, as far as this verb shows it. */
export interface Explanation {
  readonly incident: {
    readonly id: string;
    readonly number: number;
    readonly state: string;
    readonly title: string;
  };
  readonly joining?: JoiningAnswer;
  /** Null for one that is closed. */
  readonly staying?: StayingAnswer | null;
  /** Null until triage looked at the incident. */
  readonly trace: TriageTrace | null;
  readonly runs: readonly {
    readonly key: string;
    readonly playbook: string;
    readonly version: number;
    readonly status: string;
    readonly outcome: string | null;
  }[];
}

export interface ExplainApi {
  call(method: 'GET', path: string): Promise<unknown>;
}

/** `sallyport explain`: which rule matched, why the earlier ones did not, and where priority and owner come from. */
export function createExplainCommand(api: ExplainApi): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, {});
    const incident = flags.word(0, 'the incident');
    // Our own API answered; its shape is tested with it.
    const found = (await api.call(
      'GET',
      `/v1/incidents/${encodeURIComponent(incident)}/explain`,
    )) as Explanation;
    if (flags.has('json')) printJson(io, found);
    else for (const line of explanationLines(found)) printLine(io.stdout, printable(line));
    return exitCodes.done;
  };
}

export function explanationLines(found: Explanation): readonly string[] {
  const { incident, joining, staying = null, trace, runs } = found;
  const head = [
    `#${incident.number} ${incident.id} ${incident.state}: ${incident.title}`,
    ...(joining === undefined ? [] : joiningLines(joining)),
    ...(staying === null ? [] : stayingLines(staying)),
  ];
  const tail = runs.map(
    (run) =>
      `run       ${run.playbook}@${run.version} ${run.status}${run.outcome === null ? '' : `: ${run.outcome}`}`,
  );
  if (trace === null) return [...head, 'decision  none yet: triage has not looked at it', ...tail];
  return [...head, ...traceLines(trace), ...tail];
}

/** A trace as text, a line per rule that was tried. Text in it comes from policy files and field names, not from alerts. */
export function traceLines(trace: TriageTrace): readonly string[] {
  const marks = { match: 'match   ', 'no match': 'no match', error: 'error   ' } as const;
  return [
    `decision  ${triageText(trace)}`,
    `priority  ${trace.priority.level}: ${trace.priority.why}`,
    `owner     ${trace.owner.team}: ${trace.owner.why}`,
    `policy    ${trace.policyDigest}`,
    ...trace.tried.map(
      ({ rule: id, verdict, detail }) =>
        `  ${marks[verdict]}  ${id}: ${detail.replaceAll(/\s+/g, ' ').trim()}`,
    ),
  ];
}

/** What was decided, and by which rule. */
export function triageText({ rule, decision }: TriageTrace): string {
  const by = rule === null ? 'no rule matched' : `rule ${rule.id}@${rule.version}`;
  return `${decisionText(decision)} (${by})`;
}

function decisionText(decision: TriageDecision): string {
  switch (decision.kind) {
    case 'run':
      return `run ${decision.playbook}`;
    case 'ticket':
      return `${decision.form} ticket`;
    case 'draft':
    case 'escalate':
    case 'ignore':
      return `${decision.kind}: ${decision.reason}`;
  }
}
