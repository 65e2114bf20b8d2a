/** `joining` of an explanation: why an incident holds the alerts that it holds. */
export interface JoiningAnswer {
  readonly rule: string;
  readonly parts: readonly string[];
  readonly joins: boolean;
  readonly reopened: number;
  readonly follows: NeighbourAnswer | null;
  readonly followedBy: NeighbourAnswer | null;
  readonly hold: { readonly kind: string; readonly until: string; readonly why: string } | null;
}

interface NeighbourAnswer {
  readonly number: number;
  readonly state: string;
  readonly title: string;
}

export function joiningLines(joining: JoiningAnswer): readonly string[] {
  const { rule, parts, joins, reopened, follows, followedBy, hold } = joining;
  const by = parts.length === 0 ? 'nothing: it stands alone' : parts.join(', ');
  return [
    ...(rule === '' ? [] : [`joins by  ${by} (correlation rule ${rule})`]),
    ...(joins ? [] : ['window    passed: the next alert of its key opens another']),
    ...(reopened === 0 ? [] : [`reopened  ${reopened} times`]),
    ...(follows === null ? [] : [`follows   ${nameOf(follows)}`]),
    ...(followedBy === null ? [] : [`then      ${nameOf(followedBy)}`]),
    ...(hold === null ? [] : [`held      ${hold.kind} until ${hold.until}: ${hold.why}`]),
  ];
}

const nameOf = ({ number, state, title }: NeighbourAnswer): string =>
  `#${number} ${state}: ${title}`;
