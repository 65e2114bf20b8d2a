import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatReaders } from '../../../intake/formats/registry.ts';
import { normalise } from '../../../intake/normalise.ts';
import { readBody, tryBody } from '../../../intake/try.ts';
import { createRedactor } from '../../../redaction/redact.ts';
import { shippedPolicy } from '../../support/correlate.ts';
import { isObject } from '../../../domain/json.ts';

const folder = new URL('../../../fixtures/alerts/', import.meta.url);

interface Sample {
  readonly source: string;
  readonly file: string;
  readonly findings: number;
}

const samples = (
  JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as { alerts: readonly Sample[] }
).alerts;
const bodyOf = (file: string): Uint8Array => readFileSync(new URL(file, folder));
const formats: Readonly<Record<string, string>> = {
  falco: 'falco',
  elastic: 'elastic-security-alert',
  wazuh: 'wazuh',
  guardduty: 'aws-guardduty',
  kyverno: 'kyverno-policyreport',
  custodian: 'cloud-custodian',
  alertmanager: 'alertmanager',
  generic: 'cloudevents',
};

describe('the shipped samples', () => {
  test.each(samples)('$file is read as what its source sends', ({ source, file, findings }) => {
    const found = readBody(bodyOf(file));
    expect(found.map((finding) => finding.format)).toEqual(Array(findings).fill(formats[source]));
    expect(found.every((finding) => finding.time !== null || source === 'custodian')).toBe(true);
  });

  test.each(samples)('$file is known by one reader only', ({ file }) => {
    const value: unknown = JSON.parse(Buffer.from(bodyOf(file)).toString());
    if (!isObject(value)) throw new Error('a sample is an object');
    const detail = value['detail'];
    const alert = isObject(detail) && 'detail-type' in value ? detail : value;
    expect(formatReaders.filter((reader) => reader.recognises(alert)).length).toBeLessThanOrEqual(
      1,
    );
  });

  const secrets = [
    'Tr0ub4dor-and-3-more',
    'hunter-of-shadows-9',
    'dana@corp.example',
    'eli@corp.example',
    '415 555 2671',
    'eyJhbGciOiJIUzI1NiIs',
    'cloud-team@corp.example',
  ];
  const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(7) } };
  const redactor = createRedactor({ tokenKeys: ring, vaultKeys: ring });
  const policy = shippedPolicy();

  test.each(samples)('$file keeps none of its planted secrets', ({ file }) => {
    const kept = JSON.stringify(
      tryBody(bodyOf(file), { redactor, policy, policyDigest: '', nowMs: 0 }),
    );
    for (const secret of secrets) expect(kept).not.toContain(secret);
  });

  test('hold each planted secret somewhere, so that the test above can fail', () => {
    const all = samples.map(({ file }) => Buffer.from(bodyOf(file)).toString()).join('\n');
    for (const secret of secrets) expect(all).toContain(secret);
  });
});

describe('an envelope', () => {
  const falco = {
    rule: 'R',
    priority: 'Error',
    time: '2026-11-20T10:00:00Z',
    output: 'o',
    output_fields: {},
  };
  const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

  test.each([
    ['an array', [falco, falco]],
    [
      'SNS over HTTP',
      { Type: 'Notification', MessageId: 'm', TopicArn: 't', Message: JSON.stringify(falco) },
    ],
    ['an SNS record', { Records: [{ Sns: { MessageId: 'm', Message: JSON.stringify(falco) } }] }],
    ['SQS', { Records: [{ messageId: 'm', body: JSON.stringify(falco) }] }],
    ['EventBridge', { 'detail-type': 'x', source: 's', detail: falco }],
    ['CloudEvents', { specversion: '1.0', type: 't', source: 's', id: '1', data: falco }],
    [
      'CloudEvents in base64',
      { specversion: '1.0', type: 't', source: 's', id: '1', data_base64: b64(falco) },
    ],
    ['Pub/Sub', { subscription: 's', message: { messageId: '1', data: b64(falco) } }],
    ['an index document', { _index: 'i', _id: '1', _source: falco }],
    ['a search answer', { hits: { hits: [{ _index: 'i', _id: '1', _source: falco }] } }],
    ['HEC', { sourcetype: 'falco', event: falco }],
    [
      'SNS around EventBridge',
      {
        Type: 'Notification',
        MessageId: 'm',
        Message: JSON.stringify({ 'detail-type': 'x', detail: falco }),
      },
    ],
  ])('%s is taken off', (_name, value) => {
    const drafts = normalise(text(value));
    expect(new Set(drafts.map((draft) => draft.format))).toEqual(new Set(['falco']));
  });

  test('four levels deep is taken off, a fifth is kept as it is', () => {
    const wrap = (value: unknown): unknown => ({
      Type: 'Notification',
      MessageId: 'm',
      TopicArn: 't',
      Message: JSON.stringify(value),
    });
    expect(normalise(text(wrap(wrap(wrap(wrap(falco))))))[0]?.format).toBe('falco');
    expect(normalise(text(wrap(wrap(wrap(wrap(wrap(falco)))))))[0]?.format).not.toBe('falco');
  });

  test('objects with nothing between them, or a line each, are many alerts', () => {
    const one = JSON.stringify(falco);
    expect(normalise(Buffer.from(one + one))).toHaveLength(2);
    expect(normalise(Buffer.from(`\ufeff${one}\n${one}\r\n${one}\n`))).toHaveLength(3);
  });

  test('one bad item does not fail those beside it', () => {
    const drafts = normalise(text([falco, 7, 'x', {}, falco]));
    expect(drafts.map((draft) => draft.format)).toEqual([
      'falco',
      'unparsed',
      'unparsed',
      'unparsed',
      'falco',
    ]);
  });

  test('a configured format is a hint: the body decides, and the difference is noted', () => {
    const [draft] = normalise(text(falco), 'wazuh');
    expect(draft).toMatchObject({ format: 'falco', notes: ['expected-wazuh'] });
  });
});
