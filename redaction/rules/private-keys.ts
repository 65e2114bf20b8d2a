import type { Rule } from '../rule.ts';
import { marked, re } from './make-rule.ts';

/** Blocks of key files, which go from their head on, and keys of one line. */
export const privateKeyRules: readonly Rule[] = [
  marked('pem-private-key', {
    kind: 'private-key',
    headsBlock: true,
    literals: ['private key', 'private_key', 'privatekey'],
    pattern: re`-{4,5}\s?BEGIN[ _]?(?:[A-Z0-9]{2,12}[ _]?){0,3}PRIVATE[ _]?KEY(?:[ _]BLOCK)?\s?-{4,5}`,
    positives: [
      '-----BEGIN PRIVATE KEY-----\n{b64:64}\n-----END PRIVATE KEY-----',
      '-----BEGIN OPENSSH PRIVATE KEY-----\\n{b64:70}\\n',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{b64:64}\n',
    ],
    negatives: [
      '-----BEGIN PUBLIC KEY-----\n{b64:64}',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
    ],
    source: 'https://www.rfc-editor.org/rfc/rfc7468',
  }),
  marked('ssh2-private-key', {
    kind: 'private-key',
    headsBlock: true,
    literals: ['encrypted private key ----'],
    pattern: re`---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----`,
    positives: [
      '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{b64:64}\n',
      '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: x\n{b64:64}',
      '  ---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{b64:48}',
    ],
    negatives: ['---- BEGIN SSH2 PUBLIC KEY ----', 'SSH2 ENCRYPTED PRIVATE KEY', '---- BEGIN SSH2'],
    source: 'https://www.rfc-editor.org/rfc/rfc4716',
  }),
  marked('putty-key', {
    kind: 'private-key',
    headsBlock: true,
    literals: ['private-lines:'],
    pattern: re`Private-Lines: \d{1,3}\s{1,2}`,
    positives: [
      'Private-Lines: 14\n{b64:64}\n',
      'Private-Lines: 1\r\n{b64:40}',
      'PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 2\n{b64:64}\n{b64:20}',
    ],
    negatives: ['Public-Lines: 4', 'Private-Lines:', 'Private-Lines: many'],
    source: 'https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html',
  }),
  marked('age-secret-key', {
    kind: 'private-key',
    literals: ['age-secret-key-1'],
    pattern: re`AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{50,62}`,
    positives: [
      'AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE',
      '"AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"',
      'k=AGE-SECRET-KEY-17L6MUAQPZRY9X8GF2TVDW0S3JN54KHCEQPZRY9X8GF2TVDW0S3JN54KHCE',
    ],
    negatives: ['AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-1QQ', 'age1qpzry9x8gf2tvdw0s3jn54khce6mua7l'],
    source: 'https://age-encryption.org/v1',
  }),
  marked('minisign-key', {
    kind: 'private-key',
    literals: ['RWRT'],
    pattern: re`\bRWRT[A-Za-z0-9+/]{200,220}={0,2}`,
    positives: [
      'RWRT{b64:208}',
      'untrusted comment: minisign encrypted secret key\nRWRT{b64:208}==',
      '"RWRT{b64:204}"',
    ],
    negatives: ['RWRT', 'RWRT{b64:40}', 'rwrt{b64:208}'],
    source: 'https://jedisct1.github.io/minisign/',
  }),
];
