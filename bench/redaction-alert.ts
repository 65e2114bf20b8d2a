import type { Json } from '../domain/json.ts';

/** An alert of our own, about 3 KB, as a runtime detector sends it: an address and a password among forty fields. */
export const ownAlert: Json = {
  rule: 'Terminal shell in container',
  priority: 'Notice',
  source: 'syscall',
  time: '2026-01-02T03:04:05.678901234Z',
  output:
    '03:04:05.678901234: Notice A shell was spawned in a container with an attached terminal (user=root user_loginuid=-1 k8s.ns=shop container=3f1b)',
  output_fields: Object.fromEntries(
    Array.from({ length: 24 }, (_, at) => [
      `proc.field.${at}`,
      `/usr/bin/process-${at} --mode=fast --id 6ba7b810-9dad-11d1-80b4-00c04fd430c${at % 10}`,
    ]),
  ),
  hashes: {
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    md5: 'd41d8cd98f00b204e9800998ecf8427e',
  },
  owner: 'jane.doe@example.com',
  cmdline: 'psql postgres://app:pl4ntedPass@db.example:5432/app',
  tags: ['container', 'shell', 'mitre_execution', 'T1059'],
};
