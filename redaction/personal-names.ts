import type { FieldVerdict } from './field-names.ts';

const personal = (kind: string): FieldVerdict => ({ kind, class: 'personal', value: 'any' });

/** Kind → the last words of names of fields that hold it. What a number's own rule knows better is not here. */
const endings: { readonly [kind: string]: string } = {
  'person-name':
    'middle name|maiden name|forename|given names|customer name|patient name|employee name|contact name|cardholder name|card holder|card holder name|account holder|account holder name|passenger name|beneficiary name|mother name|nombre completo|nachname|vorname|apellido|apellidos|prenom',
  // Programs and repositories have full names too: looked for on demand.
  'full-name': 'full name|fullname|legal name|real name|preferred name',
  'street-address':
    'street address|home address|postal address|mailing address|billing address|shipping address|residential address|address line|street name|street|strasse|home street',
  'birth-date': 'birthday|birth day|date birth|geburtsdatum|fecha nacimiento',
  'user-name':
    'user name|username|login|login name|loginname|logon name|account name|sam account name|samaccountname|user principal name|user login|subject user|target user|effective user|remote user|os user|unix user|user',
};

const byWords = new Map(
  Object.entries(endings).flatMap(([kind, words]) =>
    words.split('|').map((word): [string, FieldVerdict] => [word, personal(kind)]),
  ),
);

/** Kinds that only names of fields tell. */
export const namedKinds: readonly string[] = Object.keys(endings);

const wordsMax = 3;

/** What a field holds of a person, by the last words of its name; the longest ending decides. */
export function decidePersonal(words: readonly string[]): FieldVerdict | null {
  for (let count = Math.min(wordsMax, words.length); count > 0; count -= 1) {
    const verdict = byWords.get(words.slice(-count).join(' '));
    if (verdict !== undefined) return verdict;
  }
  return null;
}
