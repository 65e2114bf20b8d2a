import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A key to check notes with, from its C2SP form `name+hash+base64(0x01, 32 bytes)`. */
export interface NoteKey {
  readonly name: string;
  readonly id: string;
  readonly key: KeyObject;
}

/** Null unless the text is a well-formed Ed25519 verifier key whose hash is right. */
export function parseNoteKey(text: string): NoteKey | null {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text.trim());
  if (parts === null) return null;
  const [, name = '', id = '', encoded = ''] = parts;
  const typed = Buffer.from(encoded, 'base64');
  if (typed.length !== 33 || typed[0] !== 1 || typed.toString('base64') !== encoded) return null;
  const expected = createHash('sha256').update(`${name}\n`).update(typed).digest('hex').slice(0, 8);
  return expected === id ? { name, id, key: ed25519Key(typed.subarray(1)) } : null;
}

/** An Ed25519 public key from its 32 raw bytes. */
export function ed25519Key(raw: Uint8Array): KeyObject {
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
    format: 'jwk',
  });
}

export type SignedText =
  | { readonly kind: 'signed'; readonly text: string; readonly by: NoteKey }
  | { readonly kind: 'wrong'; readonly why: string };

const noteBytesMax = 65_536;

/** The signed text of a note, if one of `keys` signed it. Lines of unknown keys are passed over; a bad one of a known key is fatal. */
export function openNote(note: string, keys: readonly NoteKey[]): SignedText {
  if (note.length > noteBytesMax || !note.isWellFormed())
    return wrong('the note is too long or not text');
  const cut = note.lastIndexOf('\n\n');
  const text = note.slice(0, cut + 1);
  const lines = note.slice(cut + 2);
  if (cut < 1 || !lines.endsWith('\n')) return wrong('the note has no signatures');
  let by: NoteKey | null = null;
  for (const line of lines.slice(0, -1).split('\n')) {
    const signature = parseSignature(line);
    if (signature === null) return wrong('a signature line is malformed');
    const key = keys.find((known) => known.name === signature.name && known.id === signature.id);
    if (key === undefined) continue;
    if (!verify(null, Buffer.from(text), key.key, signature.bytes))
      return wrong(`the signature of ${key.name} does not match the text`);
    by ??= key;
  }
  return by === null ? wrong('no given key signed this note') : { kind: 'signed', text, by };
}

function parseSignature(line: string): { name: string; id: string; bytes: Buffer } | null {
  const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  if (parts === null) return null;
  const [, name = '', encoded = ''] = parts;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length < 5 || bytes.toString('base64') !== encoded) return null;
  return { name, id: bytes.subarray(0, 4).toString('hex'), bytes: bytes.subarray(4) };
}

export interface SignedHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** A checkpoint (C2SP tlog-checkpoint) that a given key signed under the given origin, or why it is none. */
export function openCheckpoint(
  note: string,
  keys: readonly NoteKey[],
  origin?: string,
): SignedHead | { readonly wrong: string } {
  const opened = openNote(note, keys);
  if (opened.kind === 'wrong') return { wrong: opened.why };
  const [first = '', size = '', root = ''] = opened.text.split('\n');
  if (first !== (origin ?? opened.by.name))
    return { wrong: `the checkpoint is of the log "${first}"` };
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    return { wrong: 'the size of the checkpoint is no number that a log can have' };
  const hash = Buffer.from(root, 'base64');
  if (hash.length !== 32 || hash.toString('base64') !== root)
    return { wrong: 'the root of the checkpoint is no SHA-256 hash' };
  return { origin: first, size: Number(size), root: hash };
}

const wrong = (why: string): SignedText => ({ kind: 'wrong', why });
