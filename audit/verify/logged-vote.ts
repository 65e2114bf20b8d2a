import { createHash, verify } from 'node:crypto';
import type { ApproverBook } from './approver-book.ts';
import { canonicalText } from './canonical.ts';
import type { LoggedEntry } from './logged-entry.ts';
import { record, text } from './logged-entry.ts';
import { ed25519Key } from './note.ts';

export interface LoggedVote {
  readonly id: string;
  readonly gateId: string;
  readonly orderDigest: string;
  readonly decision: string;
  readonly person: string;
  readonly groups: readonly string[];
  /** Why it cannot have been counted; null where it can. */
  readonly wrong: string | null;
}

/** Checks a counted vote against nothing but itself and who was registered at that moment. */
export function judgeLoggedVote(entry: LoggedEntry, approvers: ApproverBook): LoggedVote {
  const payload = record(entry.data['payload']);
  const person = text(entry.data['person']);
  const approver = approvers.get(text(payload['approver']));
  return {
    id: text(entry.data['voteId']) || entry.id,
    gateId: text(payload['gateId']),
    orderDigest: text(payload['orderDigest']),
    decision: text(payload['decision']),
    person,
    groups: approver?.groups ?? [],
    wrong: whyWrong(),
  };

  function whyWrong(): string | null {
    const publicKey = text(entry.data['publicKey']);
    const raw = Buffer.from(publicKey, 'base64');
    if (raw.length !== 32) return 'it names no Ed25519 public key';
    if (createHash('sha256').update(raw).digest('hex').slice(0, 16) !== payload['keyId'])
      return 'the public key is not the one that the payload names';
    const message = `sallyport/vote/v1\0${canonicalText(payload)}`;
    if (!verifies(message, text(entry.data['signature']), raw))
      return 'the signature does not fit the payload';
    if (approver === undefined) return 'the approver was not registered';
    if (approver.revoked) return 'the approver had been revoked';
    if (approver.kind !== 'person') return 'the approver is no person';
    if (approver.person !== person) return 'the approver is another person';
    return approver.keys.get(text(payload['keyId'])) === publicKey
      ? null
      : 'the key was not registered for the approver, or revoked';
  }
}

function verifies(message: string, signature: string, raw: Buffer): boolean {
  try {
    return verify(null, Buffer.from(message), ed25519Key(raw), Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** One key for all accounts of a person: case, compatibility forms and mail tags make nobody a second voter. */
export function personKey(person: string): string {
  const [local = '', ...domain] = person.normalize('NFKC').trim().toLowerCase().split('@');
  const tag = local.indexOf('+');
  return [tag > 0 ? local.slice(0, tag) : local, ...domain].join('@');
}
