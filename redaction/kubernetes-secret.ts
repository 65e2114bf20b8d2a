const isSecret = /\bkind["']?\s{0,3}:\s{0,3}["']?Secret\b/;
const opening = /^( {0,40})["']?(?:data|stringData)["']?\s{0,3}:\s{0,3}\{?\s{0,3}$/;
const entry =
  /^( {1,60})["']?[\w.-]{1,253}["']?\s{0,3}:\s{0,3}["']?([^\s"'#|>{}&*,][^"'#,\n]{0,65535}?)["']?,?\s{0,8}$/;

/** Values under `data:` and `stringData:` of a manifest whose kind is Secret, in YAML or JSON. One pass over the lines. */
export function findSecretData(text: string): readonly (readonly [number, number])[] {
  if (!isSecret.test(text)) return [];
  const found: (readonly [number, number])[] = [];
  let inside: number | null = null;
  for (let start = 0; start < text.length;) {
    const stop = text.indexOf('\n', start);
    const end = stop === -1 ? text.length : stop;
    const line = text.slice(start, end).replace(/\r$/, '');
    const opened = opening.exec(line);
    const pair = inside === null ? null : entry.exec(line);
    if (opened !== null) inside = opened[1]?.length ?? 0;
    else if (pair !== null && inside !== null && (pair[1]?.length ?? 0) > inside) {
      const value = pair[2] ?? '';
      const at = start + line.lastIndexOf(value);
      found.push([at, at + value.length]);
    } else if (line.trim() !== '') inside = null;
    start = end + 1;
  }
  return found;
}
