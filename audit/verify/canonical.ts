/**
 * RFC 8785, written a second time on purpose: the verifier must not inherit a fault of the writer.
 * Throws on what has no canonical form.
 */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('lone surrogate');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('not a finite number');
    return String(value === 0 ? 0 : value);
  }
  if (typeof value !== 'object') throw new TypeError('not JSON');
  return Array.isArray(value) ? `[${value.map(canonicalText).join(',')}]` : canonicalObject(value);
}

function canonicalObject(value: object): string {
  const members = new Map<string, unknown>(Object.entries(value));
  // The default order of sort() is by UTF-16 code units, as the RFC asks.
  const names = [...members.keys()].sort();
  return `{${names.map((name) => `${canonicalText(name)}:${canonicalText(members.get(name))}`).join(',')}}`;
}

/** The value of text that is canonical JSON, else undefined. */
export function parseCanonical(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return canonicalText(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
