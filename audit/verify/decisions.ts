import type { Findings } from './findings.ts';
import { createApproverBook } from './approver-book.ts';
import type { LoggedEntry } from './logged-entry.ts';
import { list, record, text } from './logged-entry.ts';
import { judgeLoggedVote, personKey } from './logged-vote.ts';
import type { LoggedVote } from './logged-vote.ts';

interface LoggedGate {
  readonly orderDigest: string;
  readonly requester: string;
  readonly author: string;
  readonly quorum: number;
  readonly groups: readonly string[];
  readonly requesterMayApprove: boolean;
  readonly authorMayApproveAlone: boolean;
  readonly expiresAt: string;
  readonly state: string;
}

interface Granted {
  readonly gateId: string;
  readonly votes: readonly string[];
  readonly expiresAt: string;
}

/** Reads the entries in order and says where something was done without the decision that it needed. */
export interface DecisionCheck {
  read(entry: LoggedEntry): void;
}

const gatedEffects = new Set(['disruptive', 'irreversible']);

export function createDecisionCheck(findings: Findings): DecisionCheck {
  const gates = new Map<string, LoggedGate>();
  const votes = new Map<string, LoggedVote>();
  const granted = new Map<string, Granted>();
  const used = new Map<string, number>();
  const acted = new Map<string, Set<string>>();
  const approvers = createApproverBook();

  const wrong = (entry: LoggedEntry, detail: string): void => findings.add('decision', entry.index, `${entry.type}: ${detail}`);

  function readVote(entry: LoggedEntry): void {
    const vote = judgeLoggedVote(entry, approvers);
    if (vote.wrong !== null) return wrong(entry, vote.wrong);
    const gate = gates.get(vote.gateId);
    if (gate === undefined) return wrong(entry, 'no gate was opened for it');
    if (gate.orderDigest !== vote.orderDigest) return wrong(entry, 'it is for another order than the one of its gate');
    if (gate.groups.length > 0 && !vote.groups.some((group) => gate.groups.includes(group))) return wrong(entry, 'the voter is in none of the groups that the rule names');
    const asked = personKey(vote.person) === personKey(gate.requester);
    if (asked && vote.decision !== 'reject' && !gate.requesterMayApprove) return wrong(entry, 'the requester voted on their own request');
    if (vote.decision !== 'undo' && entry.time >= gate.expiresAt) return wrong(entry, 'it came after the gate expired');
    votes.set(vote.id, vote);
  }

  /** Why the votes of a warrant do not carry it, or null. */
  function quorumGap(grant: Granted, orderDigest: string, purpose: string): string | null {
    const gate = gates.get(grant.gateId);
    if (gate === undefined || gate.orderDigest !== orderDigest) return 'no gate was opened for its order';
    const named = grant.votes.map((id) => votes.get(id));
    const valid = named.filter((vote): vote is LoggedVote => vote !== undefined && vote.orderDigest === orderDigest && vote.gateId === grant.gateId);
    if (valid.length !== named.length) return 'a vote that it names is not in the log, or was not valid';
    const wanted = valid.filter((vote) => vote.decision === (purpose === 'undo' ? 'undo' : 'approve'));
    const people = new Set(wanted.map((vote) => personKey(vote.person)));
    if (purpose === 'undo') return people.size > 0 ? null : 'nobody signed the undo';
    if (gate.state !== 'approved') return `its gate is ${gate.state}, not approved`;
    if (people.size < gate.quorum) return `${people.size} of ${gate.quorum} people approved`;
    const onlyAuthor = [...people].every((person) => person === personKey(gate.author));
    return onlyAuthor && !gate.authorMayApproveAlone ? "only the playbook's author approved" : null;
  }

  function readUse(entry: LoggedEntry): void {
    const digest = entry.subject ?? '';
    const purpose = text(entry.data['purpose']) || 'act';
    const key = `${purpose}/${digest}`;
    const grant = granted.get(key);
    if (grant === undefined) return wrong(entry, 'no warrant was granted for this order');
    if (grant.expiresAt !== '' && entry.time > grant.expiresAt) return wrong(entry, 'the warrant had expired');
    const gap = quorumGap(grant, digest, purpose);
    if (gap !== null) return wrong(entry, gap);
    if (used.has(key)) return wrong(entry, 'the warrant was used before');
    used.set(key, entry.index);
  }

  function readDeed(entry: LoggedEntry): void {
    if (entry.outcome !== 'done') return;
    const digest = text(entry.data['orderDigest']);
    if (digest === '' && !gatedEffects.has(text(entry.data['effect']))) return;
    if (digest === '') return wrong(entry, 'an effect that needs a warrant names no order');
    const key = `${text(entry.data['purpose']) || 'act'}/${digest}`;
    const keys = acted.get(key) ?? new Set();
    acted.set(key, keys.add(text(entry.data['key'])));
    if (!used.has(key)) wrong(entry, 'no valid warrant was used before it');
    else if (keys.size > 1) wrong(entry, 'more was done than the one thing that the warrant allows');
  }

  function readGate(entry: LoggedEntry): void {
    const id = entry.subject ?? '';
    if (entry.type === 'gate.opened') return void gates.set(id, toGate(entry));
    const gate = gates.get(id);
    if (gate === undefined) return wrong(entry, 'no such gate was opened');
    const state = text(entry.data['state']) || text(entry.data['decision']);
    if (gate.state !== 'open' && !(gate.state === 'approved' && state === 'void')) return wrong(entry, `the gate was ${gate.state} before`);
    gates.set(id, { ...gate, state });
  }

  function readGrant(entry: LoggedEntry): void {
    const { data } = entry;
    const key = `${text(data['purpose']) || 'act'}/${text(data['orderDigest'])}`;
    granted.set(key, { gateId: text(data['gateId']), votes: list(data['votes']).map(text), expiresAt: text(data['expiresAt']) });
  }

  const readers: { readonly [type: string]: (entry: LoggedEntry) => void } = {
    'approver.changed': (entry) => approvers.read(entry),
    'gate.opened': readGate,
    'gate.decided': readGate,
    'vote.cast': readVote,
    'warrant.granted': readGrant,
    'warrant.void': (entry) => void granted.delete(`${text(entry.data['purpose']) || 'act'}/${text(entry.data['orderDigest'])}`),
    'warrant.used': readUse,
    'effect.result': readDeed,
    'effect.settled': readDeed,
  };
  return { read: (entry) => readers[entry.type]?.(entry) };
}

function toGate(entry: LoggedEntry): LoggedGate {
  const { data } = entry;
  const rule = record(data['rule']);
  return {
    orderDigest: text(data['orderDigest']),
    requester: text(data['requester']),
    author: text(data['playbookAuthor']),
    quorum: Math.max(1, typeof rule['quorum'] === 'number' ? rule['quorum'] : 1),
    groups: list(rule['groups']).map(text),
    requesterMayApprove: rule['requesterMayApprove'] === true,
    authorMayApproveAlone: rule['authorMayApproveAlone'] === true,
    expiresAt: text(data['expiresAt']),
    state: 'open',
  };
}
