import { maskOf } from './kinds.ts';
import type { Pass } from './pass.ts';
import type { TextRange } from './redact.ts';
import { treeLimits } from './walk-state.ts';

const atRoot = (): string => '';

/** The part of a text that begins at `start`, redacted, and where it ended: behind what begins in it. */
export function redactTextPart(
  pass: Pass,
  text: string,
  part: TextRange,
): { text: string; end: number } {
  try {
    if (text.length > treeLimits.leafChars) {
      pass.crossed('leaf', atRoot);
      return { text: maskOf('over-budget'), end: part.end };
    }
    return cutOut(pass, text, part);
  } catch {
    // SECURITY: an internal error must not let the original through.
    pass.crossed('error', atRoot);
    return { text: maskOf('error'), end: part.end };
  }
}

function cutOut(pass: Pass, text: string, part: TextRange): { text: string; end: number } {
  let out = '';
  let at = part.start;
  let { end } = part;
  for (const span of pass.scanner.scan(text, '', part.found)) {
    // What began before this part was answered with the part before; only what is left of it goes here.
    const start = Math.max(span.start, at);
    if (span.end <= at) continue;
    if (start >= end) break;
    const original = text.slice(start, span.end);
    out += text.slice(at, start) + (pass.replace(span, original, atRoot) ?? original);
    at = span.end;
    end = Math.max(end, at);
  }
  // A pair of surrogates is one character: it is not cut in two.
  if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end += 1;
  return { text: out + text.slice(at, end), end };
}
