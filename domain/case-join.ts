/** What two incidents have in common, by which they belong to one case. */
export interface CaseReason {
  readonly kind: string;
  readonly value: string;
  /** The id of the incident that it shares this with. */
  readonly with: string;
}

export interface Joiner {
  readonly incident: string;
  /** The latest other incident for each key that it shares. */
  readonly peers: readonly {
    readonly incident: string;
    readonly kind: string;
    readonly value: string;
  }[];
}

export interface CasesKnown {
  /** The case of each incident that is in one. */
  readonly caseOf: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, number>;
}

export interface CasePlan {
  readonly opened: readonly string[];
  readonly joined: readonly {
    readonly incident: string;
    readonly caseId: string;
    readonly because: CaseReason;
  }[];
  /** Cases that turn out to be one: every member of `from` moves to `to`. */
  readonly merged: readonly { readonly from: string; readonly to: string }[];
  /** Incidents that would have joined beyond the bound, by case. */
  readonly overflow: ReadonlyMap<string, number>;
  /** Those incidents themselves. */
  readonly leftOut: ReadonlySet<string>;
}

/**
 * Puts incidents that share something into cases: the largest case that a peer is in, or a new one with the peer. Cases
 * that an incident ties together become one where that fits the bound. Nothing is hidden: a case only links. Pure.
 */
export function planCases(
  joiners: readonly Joiner[],
  known: CasesKnown,
  rules: { readonly membersMax: number; caseIdOf(incident: string): string },
): CasePlan {
  const state: State = {
    caseOf: new Map(known.caseOf),
    members: new Map(known.members),
    opened: [],
    joined: [],
    merged: [],
    overflow: new Map(),
    leftOut: new Set(),
  };
  for (const joiner of joiners) joinOne(state, joiner, rules);
  return state;
}

interface State {
  readonly caseOf: Map<string, string>;
  readonly members: Map<string, number>;
  readonly opened: string[];
  readonly joined: CasePlan['joined'][number][];
  readonly merged: CasePlan['merged'][number][];
  readonly overflow: Map<string, number>;
  readonly leftOut: Set<string>;
}

type Rules = Parameters<typeof planCases>[2];

function joinOne(state: State, { incident, peers }: Joiner, rules: Rules): void {
  const [first] = peers;
  if (first === undefined) return;
  const sizeOf = (id: string): number => state.members.get(id) ?? 0;
  const own = state.caseOf.get(incident);
  const cases = [...new Set([own, ...peers.map((peer) => state.caseOf.get(peer.incident))])]
    .filter((id) => id !== undefined)
    .toSorted((a, b) => sizeOf(b) - sizeOf(a) || (a < b ? -1 : 1));
  let [home] = cases;
  if (home === undefined) {
    home = rules.caseIdOf(first.incident);
    state.opened.push(home);
    add(state, home, { incident: first.incident, because: { ...reasonOf(first), with: incident } });
  }
  for (const other of cases.slice(1)) {
    if (sizeOf(home) + sizeOf(other) > rules.membersMax) continue;
    merge(state, other, home);
  }
  if (state.caseOf.get(incident) !== undefined) return;
  if (sizeOf(home) >= rules.membersMax) {
    state.overflow.set(home, (state.overflow.get(home) ?? 0) + 1);
    state.leftOut.add(incident);
    return;
  }
  const peer = peers.find((each) => state.caseOf.get(each.incident) === home) ?? first;
  add(state, home, { incident, because: { ...reasonOf(peer), with: peer.incident } });
}

const reasonOf = ({
  kind,
  value,
}: Joiner['peers'][number]): Pick<CaseReason, 'kind' | 'value'> => ({
  kind,
  value,
});

function add(
  state: State,
  caseId: string,
  { incident, because }: { readonly incident: string; readonly because: CaseReason },
): void {
  state.caseOf.set(incident, caseId);
  state.members.set(caseId, (state.members.get(caseId) ?? 0) + 1);
  state.joined.push({ incident, caseId, because });
}

function merge(state: State, from: string, to: string): void {
  for (const [incident, caseId] of state.caseOf)
    if (caseId === from) state.caseOf.set(incident, to);
  state.members.set(to, (state.members.get(to) ?? 0) + (state.members.get(from) ?? 0));
  state.members.set(from, 0);
  state.merged.push({ from, to });
}
