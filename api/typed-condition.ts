/**
 * A CEL condition that a person typed, each of its text literals redacted on its own: a quote beside a mail address would
 * be taken for part of it. Findings hold the same tokens, so that the condition still matches.
 */
export async function redactCondition(
  when: string,
  redact: (text: string) => string | Promise<string>,
): Promise<string> {
  const parts: string[] = [];
  let at = 0;
  for (const found of when.matchAll(literal)) {
    const [whole] = found;
    parts.push(when.slice(at, found.index), whole.slice(0, 1), await redact(whole.slice(1, -1)));
    parts.push(whole.slice(-1));
    at = found.index + whole.length;
  }
  parts.push(when.slice(at));
  return parts.join('');
}

// Linear: no two parts can match the same character.
const literal = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g;
