/** In no id, and in no JSON: there it is escaped. */
const between = '\u001F';

/**
 * A column of many rows as one text: PostgreSQL's array literals must be escaped value by value, and records in JSON are
 * read twice by it, which costs more than all the rest. No value may hold U+001F, and the empty text arrives as null.
 */
export const joined = <Row>(rows: readonly Row[], read: (row: Row) => string): string =>
  rows.map(read).join(between);

/** The parameter `$at`, written by `joined`, as an array for `unnest`. */
export const joinedColumn = (at: number): string => `string_to_array($${at}, U&'\\001F', '')`;
