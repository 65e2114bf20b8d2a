import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Databases, streams and search. */
export const databaseKeys: readonly Rule[] = [
  vendorKey('algolia-key', {
    names: ['algolia'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://www.algolia.com/doc/guides/security/api-keys/',
  }),
  vendorKey('clickhouse-key', {
    names: ['clickhouse'],
    value: re`[A-Za-z0-9]{20,42}`,
    sample: '{b62:42}',
    source: 'https://clickhouse.com/docs/cloud/manage/openapi',
  }),
  vendorKey('confluent-key', {
    names: ['confluent'],
    value: re`[A-Za-z0-9+/]{64}|[A-Z0-9]{16}`,
    sample: '{b62:64}',
    alone: true,
    source: 'https://docs.confluent.io/cloud/current/security/authenticate/',
  }),
];
