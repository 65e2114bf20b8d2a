/** `joining` of an explanation: why an incident holds the alerts that it holds. */
export interface JoiningAnswer {
  readonly rule: string;
  readonly parts: readonly string[];
  readonly joins: boolean;
  readonly reopened: number;
  readonly renamedAt?: string | null;
  readonly follows: NeighbourAnswer | null;
  readonly followedBy: NeighbourAnswer | null;
  readonly hold: { readonly kind: string; readonly until: string; readonly why: string } | null;
  readonly case: {
    readonly id: string;
    readonly size: number;
    readonly overflow: number;
    readonly members: readonly (NeighbourAnswer & {
      readonly id: string;
      readonly because: { readonly kind: string; readonly value: string };
    })[];
  } | null;
}

interface NeighbourAnswer {
  readonly number: number;
  readonly state: string;
  readonly title: string;
}

export function joiningLines(joining: JoiningAnswer): readonly string[] {
  const { rule, parts, joins, reopened, renamedAt = null, follows, followedBy, hold } = joining;
  const by = parts.length === 0 ? 'nothing: it stands alone' : parts.join(', ');
  return [
    ...(rule === '' ? [] : [`joins by  ${by} (correlation rule ${rule})`]),
    ...(joins ? [] : ['window    passed: the next alert of its key opens another']),
    ...(reopened === 0 ? [] : [`reopened  ${reopened} times`]),
    ...(renamedAt === null
      ? []
      : [`renamed   ${renamedAt}: the token key was rotated, and its key is made of tokens`]),
    ...(follows === null ? [] : [`follows   ${nameOf(follows)}`]),
    ...(followedBy === null ? [] : [`then      ${nameOf(followedBy)}`]),
    ...caseLines(joining.case),
    ...(hold === null ? [] : [`held      ${hold.kind} until ${hold.until}: ${hold.why}`]),
  ];
}

const membersShown = 10;

function caseLines(found: JoiningAnswer['case']): readonly string[] {
  if (found === null) return [];
  const { id, size, overflow, members } = found;
  const more = overflow === 0 ? '' : `, and ${overflow} more that did not fit`;
  return [
    `case      ${id} of ${size} incidents${more}`,
    ...members
      .slice(0, membersShown)
      .map((each) => `  shares  ${each.because.kind} ${each.because.value}  ${nameOf(each)}`),
  ];
}

const nameOf = ({ number, state, title }: NeighbourAnswer): string =>
  `#${number} ${state}: ${title}`;
