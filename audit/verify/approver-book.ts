import type { LoggedEntry } from './logged-entry.ts';
import { list, record, text } from './logged-entry.ts';

export interface LoggedApprover {
  readonly person: string;
  readonly kind: string;
  readonly groups: readonly string[];
  readonly revoked: boolean;
  /** Key id → public key, those that are not revoked. */
  readonly keys: ReadonlyMap<string, string>;
}

/** Who may vote, as the log says at the place that was read last. */
export interface ApproverBook {
  read(entry: LoggedEntry): void;
  get(id: string): LoggedApprover | undefined;
}

export function createApproverBook(): ApproverBook {
  const approvers = new Map<string, LoggedApprover>();
  return {
    get: (id) => approvers.get(id),
    read(entry) {
      const fields = record(entry.data['approver']);
      const keys = list(fields['keys'])
        .map(record)
        .filter((key) => typeof key['revokedAt'] !== 'string');
      approvers.set(text(fields['id']), {
        person: text(fields['person']),
        kind: text(fields['kind']),
        groups: list(fields['groups']).map(text),
        revoked: typeof fields['revokedAt'] === 'string',
        keys: new Map(keys.map((key) => [text(key['keyId']), text(key['publicKey'])])),
      });
    },
  };
}
