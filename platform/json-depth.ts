/** True if no value of the JSON text is nested deeper than `depthMax`; looks at brackets outside strings only. */
export function withinDepth(text: string, depthMax: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > depthMax) return false;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return true;
}
