/** Runs before a statement is prepared: most of those that run so seldom never run again. */
const unnamedRuns = 5;
/** Prepared statements of a process; each takes some 50 KB on each connection. Texts beyond are planned each time. */
const namesMax = 200;
/** Texts whose runs are counted: many more than the engine has. */
const countedMax = 1_000;

/**
 * Names the statements that run often: PostgreSQL parses and plans a named one once on each connection. Texts must be
 * few: values are parameters, never text.
 */
export function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const runs = new Map<string, number>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const before = runs.get(text) ?? 0;
    if (names.size >= namesMax || (before === 0 && runs.size >= countedMax)) return undefined;
    runs.set(text, before + 1);
    if (before < unnamedRuns) return undefined;
    runs.delete(text);
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  };
}
