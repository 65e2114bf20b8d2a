import type { Findings } from './findings.ts';
import { createApproverBook } from './approver-book.ts';
import type { ApproverBook } from './approver-book.ts';
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

export function createDecisionCheck(findings: Findings): DecisionCheck {
  const court: Court = {
    gates: new Map(),
    votes: new Map(),
    granted: new Map(),
    used: new Set(),
    acted: new Map(),
    approvers: createApproverBook(),
  };
  return {
    read: (entry) => {
      const why = readers[entry.type]?.(entry, court) ?? null;
      if (why !== null) findings.add('decision', entry.index, `${entry.type}: ${why}`);
    },
  };
}

/** What the log said so far. Warrants go by purpose and order. */
interface Court {
  readonly gates: Map<string, LoggedGate>;
  readonly votes: Map<string, LoggedVote>;
  readonly granted: Map<string, Granted>;
  readonly used: Set<string>;
  readonly acted: Map<string, Set<string>>;
  readonly approvers: ApproverBook;
}

/** Takes an entry in; answers what is wrong with it. */
type Reader = (entry: LoggedEntry, court: Court) => string | null;

const readers: { readonly [type: string]: Reader | undefined } = {
  'approver.changed': (entry, court) => {
    court.approvers.read(entry);
    return null;
  },
  'gate.opened': readGate,
  'gate.decided': readGate,
  'vote.cast': readVote,
  'warrant.granted': readGrant,
  'warrant.void': (entry, court) => {
    court.granted.delete(warrantKey(entry));
    return null;
  },
  'warrant.used': readUse,
  'effect.result': readDeed,
  'effect.settled': readDeed,
};

function readVote(entry: LoggedEntry, court: Court): string | null {
  const vote = judgeLoggedVote(entry, court.approvers);
  if (vote.wrong !== null) return vote.wrong;
  const gate = court.gates.get(vote.gateId);
  if (gate === undefined) return 'no gate was opened for it';
  if (gate.orderDigest !== vote.orderDigest)
    return 'it is for another order than the one of its gate';
  if (gate.groups.length > 0 && !vote.groups.some((group) => gate.groups.includes(group)))
    return 'the voter is in none of the groups that the rule names';
  const asked = personKey(vote.person) === personKey(gate.requester);
  if (asked && vote.decision !== 'reject' && !gate.requesterMayApprove)
    return 'the requester voted on their own request';
  if (vote.decision !== 'undo' && entry.time >= gate.expiresAt)
    return 'it came after the gate expired';
  court.votes.set(vote.id, vote);
  return null;
}

function readGate(entry: LoggedEntry, { gates }: Court): string | null {
  const id = entry.subject ?? '';
  const gate = gates.get(id);
  if (entry.type === 'gate.opened') {
    gates.set(id, toGate(entry));
    return gate === undefined ? null : 'the gate was opened before';
  }
  if (gate === undefined) return 'no such gate was opened';
  const state = text(entry.data['state']);
  if (gate.state !== 'open' && !(gate.state === 'approved' && state === 'void'))
    return `the gate was ${gate.state} before`;
  gates.set(id, { ...gate, state });
  return null;
}

function readGrant(entry: LoggedEntry, court: Court): null {
  const { data } = entry;
  court.granted.set(warrantKey(entry), {
    gateId: text(data['gateId']),
    votes: list(data['votes']).map(text),
    expiresAt: text(data['expiresAt']),
  });
  return null;
}

function readUse(entry: LoggedEntry, court: Court): string | null {
  const digest = entry.subject ?? '';
  const purpose = purposeOf(entry);
  const key = `${purpose}/${digest}`;
  const grant = court.granted.get(key);
  if (grant === undefined) return 'no warrant was granted for this order';
  if (grant.expiresAt !== '' && entry.time > grant.expiresAt) return 'the warrant had expired';
  const gap = quorumGap(grant, { digest, purpose }, court);
  if (gap !== null) return gap;
  if (court.used.has(key)) return 'the warrant was used before';
  court.used.add(key);
  return null;
}

/** Why the votes of a warrant do not carry it, or null. */
function quorumGap(
  grant: Granted,
  order: { readonly digest: string; readonly purpose: string },
  court: Court,
): string | null {
  const gate = court.gates.get(grant.gateId);
  if (gate === undefined || gate.orderDigest !== order.digest)
    return 'no gate was opened for its order';
  const named = grant.votes
    .map((id) => court.votes.get(id))
    .filter((vote) => vote?.orderDigest === order.digest && vote.gateId === grant.gateId);
  if (named.length !== grant.votes.length)
    return 'a vote that it names is not in the log, or was not valid';
  const wanted = order.purpose === 'undo' ? 'undo' : 'approve';
  const people = new Set(
    named.flatMap((vote) => (vote?.decision === wanted ? [personKey(vote.person)] : [])),
  );
  if (order.purpose === 'undo') return people.size > 0 ? null : 'nobody signed the undo';
  if (gate.state !== 'approved') return `its gate is ${gate.state}, not approved`;
  if (people.size < gate.quorum) return `${people.size} of ${gate.quorum} people approved`;
  const onlyAuthor = [...people].every((person) => person === personKey(gate.author));
  return onlyAuthor && !gate.authorMayApproveAlone ? "only the playbook's author approved" : null;
}

const gatedEffects = new Set(['disruptive', 'irreversible']);

function readDeed(entry: LoggedEntry, court: Court): string | null {
  if (entry.outcome !== 'done') return null;
  const digest = text(entry.data['orderDigest']);
  if (digest === '')
    return gatedEffects.has(text(entry.data['effect']))
      ? 'an effect that needs a warrant names no order'
      : null;
  const key = `${purposeOf(entry)}/${digest}`;
  const keys = court.acted.get(key) ?? new Set();
  court.acted.set(key, keys.add(text(entry.data['key'])));
  if (!court.used.has(key)) return 'no valid warrant was used before it';
  return keys.size > 1 ? 'more was done than the one thing that the warrant allows' : null;
}

const purposeOf = (entry: LoggedEntry): string => text(entry.data['purpose']) || 'act';
const warrantKey = (entry: LoggedEntry): string =>
  `${purposeOf(entry)}/${text(entry.data['orderDigest'])}`;

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
