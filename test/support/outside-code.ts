import { expect } from 'vitest';

/**
 * What a Markdown reader would still read as markup: the text without fenced blocks and code spans, found by the rules
 * of CommonMark 0.31 (sections 4.5 and 6.1), written apart from the writer.
 */
export function outsideCode(markdown: string): string {
  const outside: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    if (fence !== '') {
      if (new RegExp(`^ {0,3}\`{${fence.length},} *$`).test(line)) fence = '';
      continue;
    }
    const opened = /^ {0,3}(`{3,})[^`]*$/.exec(line)?.[1];
    if (opened !== undefined) fence = opened;
    else outside.push(withoutSpans(line));
  }
  expect(fence).toBe('');
  return outside.join('\n');
}

/** One line without its code spans; a span that does not end is a failure. */
export function withoutSpans(line: string): string {
  let rest = line;
  let kept = '';
  for (let open = /`+/.exec(rest); open !== null; open = /`+/.exec(rest)) {
    kept += rest.slice(0, open.index);
    const after = rest.slice(open.index + open[0].length);
    const close = [...after.matchAll(/`+/g)].find(([run]) => run.length === open[0].length);
    expect(close).toBeDefined();
    rest = after.slice((close?.index ?? 0) + open[0].length);
  }
  return kept + rest;
}
