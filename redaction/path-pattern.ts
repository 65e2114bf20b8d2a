/** Names in a pattern, `*` (one name) and `**` (any number). */
export const pathLimits = { chars: 512, names: 32 } as const;

/** Why a text is no pattern for paths, or null. */
export function faultOfPath(path: string): string | null {
  if (!path.startsWith('/')) return 'begins with /';
  if (path.length > pathLimits.chars) return `has ${pathLimits.chars} characters at most`;
  if (path.split('/').length > pathLimits.names) return `has ${pathLimits.names} names at most`;
  if (/~(?![01])/.test(path)) return 'writes ~ as ~0 and / as ~1 (RFC 6901)';
  if (path.split('**').length > 3) return 'has ** twice at most';
  return null;
}

/** Whether a JSON Pointer fits a pattern. */
export function atPath(pattern: string, pointer: string): boolean {
  return fits(pattern.split('/').slice(1), pointer.split('/').slice(1));
}

/** `**` is at most twice in a pattern, so this costs at most the square of the pointer's length. */
function fits(pattern: readonly string[], names: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return names.length === 0;
  if (first === '**')
    return Array.from({ length: names.length + 1 }).some((_, from) =>
      fits(rest, names.slice(from)),
    );
  return names.length > 0 && (first === '*' || first === names[0]) && fits(rest, names.slice(1));
}
