import { resolve } from 'node:path';
import { createSigningKey, writeKeyFile } from '../platform/signature.ts';
import type { ApproverAnswer } from './answers.ts';
import { readFlags, usage } from './flags.ts';
import type { CliCommand, CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';
import { table } from './table.ts';

export const approverUsage = `sallyport approver keygen FILE                      makes your key; the file never leaves your machine
sallyport approver add ID --public-key KEY --group NAME [--group NAME …] [--person NAME] --reason TEXT
sallyport approver revoke ID [--key-id KEYID] --reason TEXT
sallyport approver list`;

/** `sallyport approver …`: who may vote, with which keys. */
export function createApproverCommand(session: Session): CliCommand {
  return async ([verb, ...args], io) => {
    if (verb === 'keygen') return keygen(args, io);
    if (verb === 'add') return add(session, args, io);
    if (verb === 'revoke') return revoke(session, args, io);
    if (verb === 'list') return list(session, args, io);
    return usage(approverUsage);
  };
}

async function keygen(args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {});
  const path = resolve(io.workingDir, flags.word(0, 'the file'));
  const { key, pem } = createSigningKey();
  await writeKeyFile(path, pem);
  const answer = { file: path, keyId: key.keyId, publicKey: key.publicKey };
  if (flags.has('json')) printJson(io, answer);
  else
    printLine(
      io.stdout,
      `key ${key.keyId} is in ${path}; give an administrator this public key:\n${key.publicKey}`,
    );
  return exitCodes.done;
}

async function add(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {
    person: 'text',
    group: 'texts',
    'public-key': 'texts',
    reason: 'text',
  });
  const id = flags.word(0, 'the id');
  const body = {
    id,
    person: flags.text('person') ?? id,
    groups: flags.texts('group'),
    publicKeys: flags.texts('public-key'),
    reason: flags.need('reason'),
  };
  const approver = (await (
    await session.client('admin')
  ).call('POST', '/v1/approvers', body)) as ApproverAnswer;
  if (flags.has('json')) printJson(io, approver);
  else
    printLine(
      io.stdout,
      printable(
        `${approver.id} may vote in ${approver.groups.join(', ')} with ${approver.keys.length} key(s)`,
      ),
    );
  return exitCodes.done;
}

async function revoke(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { 'key-id': 'text', reason: 'text' });
  const keyId = flags.text('key-id');
  const body = { reason: flags.need('reason'), ...(keyId === undefined ? {} : { keyId }) };
  const approver = (await (
    await session.client('admin')
  ).call(
    'POST',
    `/v1/approvers/${encodeURIComponent(flags.word(0, 'the id'))}/revoke`,
    body,
  )) as ApproverAnswer;
  if (flags.has('json')) printJson(io, approver);
  else
    printLine(
      io.stdout,
      printable(
        keyId === undefined
          ? `${approver.id} is revoked`
          : `key ${keyId} of ${approver.id} is revoked`,
      ),
    );
  return exitCodes.done;
}

async function list(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {});
  const { approvers } = (await (await session.client('analyst')).call('GET', '/v1/approvers')) as {
    approvers: readonly ApproverAnswer[];
  };
  if (flags.has('json')) printJson(io, { approvers });
  else {
    io.stdout.write(
      table(approvers, [
        { title: 'id', charsMax: 32, cell: (row) => row.id },
        { title: 'person', charsMax: 32, cell: (row) => row.person },
        { title: 'kind', charsMax: 8, cell: (row) => row.kind },
        { title: 'groups', charsMax: 60, cell: (row) => row.groups.join(', ') },
        {
          title: 'keys',
          charsMax: 60,
          cell: (row) =>
            row.keys
              .map((key) => key.keyId + (key.revokedAt === null ? '' : ' (revoked)'))
              .join(', '),
        },
        {
          title: 'standing',
          charsMax: 40,
          cell: (row) => (row.revokedAt === null ? 'may vote' : `revoked ${row.revokedAt}`),
        },
      ]),
    );
  }
  return exitCodes.done;
}
