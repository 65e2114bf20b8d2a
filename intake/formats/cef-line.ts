import RE2 from 're2';
import type { Json, JsonObject } from '../../domain/json.ts';
import { everyMatch } from '../every-match.ts';
import { intakeLimits } from '../limits.ts';
import { syslogHead } from '../syslog-head.ts';

const start = new RE2(/(?:^|[\s:])CEF:\s?[01]\|/);
const keyAt = new RE2(/(?:^|\s)([A-Za-z0-9_][\w.,[\]-]*)=/g);

/**
 * One line of ArcSight's Common Event Format as an object, or null where it is none: after any syslog head, with the
 * escapes `\|`, `\=`, `\\` and `\n` undone, and custom fields also under their labels.
 */
export function cefLine(line: string): JsonObject | null {
  if (!line.includes('CEF:')) return null;
  const text = line.slice(0, intakeLimits.lineCharsMax);
  const found = start.exec(text);
  if (found === null) return null;
  const begin = text.indexOf('CEF:', found.index);
  const parts = headerOf(text.slice(begin + 4));
  if (parts === null) return null;
  const [version, vendor, product, productVersion, signature, name, severity, rest] = parts;
  return {
    cefVersion: version.trim(),
    deviceVendor: vendor,
    deviceProduct: product,
    deviceVersion: productVersion,
    signatureId: signature,
    name,
    severity,
    extension: extensionOf(rest),
    syslog: { ...syslogHead(text.slice(0, begin)) },
  };
}

/** The seven parts that bars divide, and the extension. */
const headerParts = 8;
type Header = readonly [string, string, string, string, string, string, string, string];

const isHeader = (parts: readonly string[]): parts is Header => parts.length === headerParts;
const asHeader = (parts: readonly string[]): Header | null => (isHeader(parts) ? parts : null);

function headerOf(text: string): Header | null {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\' && (text[at + 1] === '|' || text[at + 1] === '\\')) {
      part += text[at + 1] ?? '';
      at += 1;
    } else if (character === '|') {
      parts.push(part);
      part = '';
      if (parts.length === headerParts - 1) return asHeader([...parts, text.slice(at + 1)]);
    } else part += character;
  }
  // Some senders leave the last bar out where no extension follows.
  return asHeader([...parts, part, '']);
}

/** `key=value` with values that hold spaces: a value ends where the next key begins. */
export function extensionOf(text: string): JsonObject {
  const found: { [key: string]: Json } = Object.create(null);
  const keys = everyMatch(keyAt, text);
  for (const [index, match] of keys.entries()) {
    const key = String(match[1]);
    const from = (match.index ?? 0) + match[0].length;
    const value = clean(text.slice(from, keys[index + 1]?.index ?? text.length));
    if (value !== '' && key !== '__proto__') found[key] = value;
  }
  for (const key of Object.keys(found)) {
    if (!key.endsWith('Label')) continue;
    const label = found[key];
    const value = found[key.slice(0, -'Label'.length)];
    if (
      typeof label === 'string' &&
      value !== undefined &&
      !(label in found) &&
      label !== '__proto__'
    )
      found[label] = value;
  }
  return found;
}

function clean(text: string): string {
  const value = text
    .trim()
    .replace(escapes, (_, sign: string) => (sign === 'n' ? '\n' : sign === 'r' ? '\r' : sign));
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1)
    : value;
}

const escapes = /\\([\\=|nr])/g;
