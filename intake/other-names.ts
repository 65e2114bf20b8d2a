import type { Json } from '../domain/json.ts';
import { createNameBook, renameTokens, tokensIn, type TokenNames } from '../redaction/tokens.ts';
import type { KeyedIncident } from '../store/cases.ts';
import type { Sql } from '../store/database.ts';
import { aliasesOf } from '../store/vault.ts';

/**
 * Case keys with what they are under the other keys that their tokens were made with: an incident of a person from before a rotation and one
 * from after it share that person. Asks nothing where no key holds a token.
 */
export async function withOtherNames(
  tx: Sql,
  tenant: string,
  incidents: readonly KeyedIncident[],
): Promise<readonly KeyedIncident[]> {
  const values = incidents.flatMap(({ keys }) => keys.map(({ value }) => value));
  const names = await namesOf(tx, tenant, values);
  if (names.size === 0) return incidents;
  const othersOf = (value: string): readonly string[] =>
    [...names.values()]
      .map((under) => renamedText(value, under))
      .filter((other) => other !== value);
  return incidents.map((incident) => ({
    ...incident,
    keys: incident.keys.map((key) => ({ ...key, others: othersOf(key.value) })),
  }));
}

/** A redacted text with the tokens of one key, as far as the vault knows them. */
export async function underKey(
  sql: Sql,
  text: string,
  key: { readonly tenant: string; readonly id: string },
): Promise<string> {
  const names = await namesOf(sql, key.tenant, text);
  const under = names.get(key.id);
  return under === undefined ? text : renamedText(text, under);
}

// A text stays a text.
const renamedText = (text: string, names: ReadonlyMap<string, string>): string =>
  renameTokens(text, names) as string;

async function namesOf(sql: Sql, tenant: string, value: Json): Promise<TokenNames> {
  const tokens = tokensIn(value).map(({ text }) => text);
  const book = createNameBook();
  for (const { token, other } of await aliasesOf(sql, tenant, tokens)) book.add(token, other);
  return book.names;
}
