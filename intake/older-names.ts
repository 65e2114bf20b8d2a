import type { Finding } from '../domain/finding.ts';
import { asJson } from '../domain/json.ts';
import { renameTokens, type TokenNames } from '../redaction/tokens.ts';
import type { Correlate, Correlation } from './correlation.ts';
import type { Draft } from './draft.ts';
import { toFinding, type FilingPlace } from './finish.ts';

/** What a finding went by before the key of its tokens was rotated. */
export interface OlderName {
  readonly finding: string;
  /** Its correlation key. */
  readonly key: string;
}

/** A finding with what its tokens would be under older keys. */
export interface Named {
  readonly draft: Draft;
  readonly place: FilingPlace;
  readonly finding: Finding;
  readonly correlation: Correlation;
}

const none: readonly OlderName[] = [];

/**
 * The id and key that the finding would have had under each older token key that still overlaps, where one of them is another: it is read
 * and correlated once more as it was redacted then, so that whatever a rule makes of a token is what it made of it before.
 */
export function olderNamesOf(
  { draft, place, finding, correlation }: Named,
  names: TokenNames,
  correlate: Correlate,
): readonly OlderName[] {
  if (names.size === 0) return none;
  return [...names.values()].flatMap((olderTokens): OlderName[] => {
    // It keeps its shape.
    const then = renameTokens(asJson(draft), olderTokens) as unknown as Draft;
    const before = toFinding(then, place);
    const { key } = correlate(before);
    const isSame = key === correlation.key && before.id === finding.id;
    return isSame ? [] : [{ finding: before.id, key }];
  });
}
