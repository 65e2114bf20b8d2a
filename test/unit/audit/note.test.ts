import { describe, expect, test } from 'vitest';
import { readCheckpoint, signCheckpoint } from '../../../audit/checkpoint.ts';
import { openCheckpoint, openNote, parseNoteKey } from '../../../audit/verify/note.ts';
import type { NoteKey } from '../../../audit/verify/note.ts';
import { aSigner, logOrigin } from '../../support/audit-log.ts';

// The example of golang.org/x/mod/sumdb/note.
const example = {
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  note:
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
    '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};

function keyOf(text: string): NoteKey {
  const key = parseNoteKey(text);
  if (key === null) throw new Error('no key');
  return key;
}

const root = Buffer.alloc(32, 7);

describe('a signed note', () => {
  test("of Go's reference implementation opens", () => {
    expect(openNote(example.note, [keyOf(example.vkey)])).toMatchObject({ kind: 'signed' });
  });

  test('with one changed letter does not open', () => {
    expect(
      openNote(example.note.replace('problem', 'Problem'), [keyOf(example.vkey)]),
    ).toMatchObject({ kind: 'wrong' });
  });

  test('that only unknown keys signed does not open', () => {
    expect(openNote(example.note, [keyOf(aSigner().verifierKey)])).toMatchObject({
      kind: 'wrong',
      why: 'no given key signed this note',
    });
  });

  test('may carry lines of witnesses that we do not know', () => {
    const signer = aSigner();
    const note = signCheckpoint({ origin: logOrigin, size: 3, root }, signer);
    const witnessed = `${note}\u2014 witness.example ${Buffer.alloc(68, 1).toString('base64')}\n`;
    expect(openCheckpoint(witnessed, [keyOf(signer.verifierKey)])).toMatchObject({ size: 3 });
  });
});

describe('a verifier key', () => {
  test('whose hash does not fit its name or key is refused', () => {
    const { verifierKey } = aSigner();
    expect(parseNoteKey(verifierKey)).not.toBeNull();
    expect(parseNoteKey(verifierKey.replace('log.example', 'lag.example'))).toBeNull();
    expect(parseNoteKey('nonsense')).toBeNull();
  });
});

describe('a checkpoint', () => {
  test('says the same to the verifier as to the writer', () => {
    const signer = aSigner();
    const note = signCheckpoint({ origin: logOrigin, size: 42, root }, signer);
    expect(openCheckpoint(note, [keyOf(signer.verifierKey)])).toEqual({
      origin: logOrigin,
      size: 42,
      root,
    });
    expect(readCheckpoint(note)).toEqual({ origin: logOrigin, size: 42, root });
  });

  test('of another log is refused though the key is right', () => {
    const signer = aSigner();
    const note = signCheckpoint({ origin: 'other.example', size: 42, root }, signer);
    expect(openCheckpoint(note, [keyOf(signer.verifierKey)])).toMatchObject({
      wrong: expect.stringContaining('other.example'),
    });
  });

  test.each(['01', '-1', '1e3', '18446744073709551616', '9007199254740993', ''])(
    'with the size "%s" is refused',
    (size) => {
      const signer = aSigner();
      const note = signer.sign(`${logOrigin}\n${size}\n${root.toString('base64')}\n`);
      expect(openCheckpoint(note, [keyOf(signer.verifierKey)])).toHaveProperty('wrong');
    },
  );
});
