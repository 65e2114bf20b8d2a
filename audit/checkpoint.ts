import type { NoteSigner } from './note.ts';

/** A head of the log: so many entries, with this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** C2SP tlog-checkpoint, signed. Ed25519 is deterministic: the same head gives the same note. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  return signer.sign(
    `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`,
  );
}

/** Reads the head of a note that we wrote ourselves; null if it is none of ours. Signatures are the verifier's business. */
export function readCheckpoint(note: string): Checkpoint | null {
  const [origin, size, root] = note.split('\n', 3);
  if (
    origin === undefined ||
    size === undefined ||
    root === undefined ||
    !/^(0|[1-9][0-9]{0,15})$/.test(size)
  )
    return null;
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}
