import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatReaders, readerOf } from '../../../intake/formats/registry.ts';
import { flatFinding, readBody, type FlatFinding } from '../../../intake/try.ts';
import { folded } from '../../../intake/fold.ts';
import { isObject, type Json } from '../../../domain/json.ts';

const folder = new URL('../../../fixtures/formats/', import.meta.url);
const files = readdirSync(folder).filter((name) => name !== 'expected.json');
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as {
  readonly [file: string]: readonly Partial<FlatFinding>[];
};
const bodyOf = (file: string): Uint8Array => readFileSync(new URL(file, folder));
const formatOf = (file: string): string => file.replace(/\.(json|log)$/, '');

describe('a sample of each format', () => {
  test.each(files)('%s is read as a careful person reads it', (file) => {
    const findings = readBody(bodyOf(file));
    expect(findings.map((finding) => finding.format)).toEqual(findings.map(() => formatOf(file)));
    expect(findings.map(flatFinding)).toEqual(expected[file]);
  });

  // Canaries are the engine's own.
  test('there is one, beside those that the first start sends', () => {
    const shipped = new Set(
      readdirSync(new URL('../../../fixtures/alerts/', import.meta.url)).flatMap((name) =>
        name.endsWith('.json') && name !== 'index.json'
          ? readBody(readFileSync(new URL(`../alerts/${name}`, folder))).map(({ format }) => format)
          : [],
      ),
    );
    const sampled = new Set(['canary', ...files.map(formatOf), ...shipped]);
    expect(formatReaders.map(({ name }) => name).filter((name) => !sampled.has(name))).toEqual([]);
  });
});

/** Keys in another case, as warehouses and other ways of one product write them. */
function recased(value: Json, change: (key: string) => string): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => recased(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), recased(item, change)]),
  );
}

describe('one product writes its keys in many ways', () => {
  const plain = [
    'suricata-eve.json',
    'defender-endpoint-alert.json',
    'hayabusa.json',
    'pingdom.json',
  ];
  test.each(plain)('%s reads the same in lower case', (file) => {
    const value = JSON.parse(Buffer.from(bodyOf(file)).toString()) as Json;
    const lower = Buffer.from(JSON.stringify(recased(value, (key) => key.toLowerCase())));
    expect(readBody(lower).map(flatFinding)).toEqual(expected[file]);
  });

  test('and reads the same with an underscore between words', () => {
    const value = JSON.parse(
      Buffer.from(bodyOf('defender-endpoint-alert.json')).toString(),
    ) as Json;
    const snake = recased(value, (key) => key.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase());
    expect(readBody(Buffer.from(JSON.stringify(snake))).map(flatFinding)).toEqual(
      expected['defender-endpoint-alert.json'],
    );
  });

  test('a dotted key and a nested one are the same', () => {
    const nested = {
      kibana: { alert: { uuid: 'u1', severity: 'high', rule: { name: 'R', uuid: 'r1' } } },
    };
    const dotted = {
      'kibana.alert.uuid': 'u1',
      'kibana.alert.severity': 'high',
      'kibana.alert.rule.name': 'R',
      'kibana.alert.rule.uuid': 'r1',
    };
    const read = (value: object): Partial<FlatFinding> | undefined =>
      readBody(Buffer.from(JSON.stringify(value))).map(flatFinding)[0];
    expect(read(dotted)).toEqual(read(nested));
    expect(read(dotted)).toMatchObject({ title: 'R', uid: 'u1', severity_id: 4 });
  });
});

describe('traps of real payloads', () => {
  const one = (text: string): FlatFinding | undefined =>
    readBody(Buffer.from(text)).map(flatFinding)[0];

  test('an integer that no double holds keeps its digits', () => {
    const [finding] = readBody(
      Buffer.from(
        '{"decision_id":"d","path":"p","timestamp":1795168800000000123,"input":{"path":9007199254740993}}',
      ),
    );
    expect(finding?.time).toBe('2026-11-20T10:00:00.000000123Z');
    expect(finding?.resources[0]?.name).toBe('9007199254740993');
  });

  test.each([
    ['suricata-eve.json', '"severity":1', '"severity":3', 2],
    ['thehive.json', '"severity": 2', '"severity": 4', 5],
    ['misp-event.json', '"threat_level_id": "2"', '"threat_level_id": "1"', 4],
    ['snort-fast.log', 'Priority: 2', 'Priority: 1', 4],
  ])('%s grades in its own direction', (file, from, to, severity) => {
    const text = Buffer.from(bodyOf(file)).toString();
    const changed = text
      .replace(from, to)
      .replace(from.replace(': ', ':'), to.replace(': ', ':'))
      .replace(from.replace(':', ': '), to.replace(':', ': '));
    expect(changed).not.toBe(text);
    expect(one(changed)?.severity_id).toBe(severity);
  });

  test('JSON in which a comma is missing is read, and says so', () => {
    const [finding] = readBody(
      Buffer.from(
        '{"event_type":"violation_audited","constraint_kind":"K","constraint_name":"c"\n"resource_name":"pod-1"}',
      ),
    );
    expect(finding).toMatchObject({ format: 'gatekeeper', uid: 'K/c/pod-1' });
    expect(finding?.notes).toContain('missing-comma');
  });

  test('of lines of which one is broken the others are read', () => {
    const line = readFileSync(new URL('suricata-eve.json', folder), 'utf8').replaceAll('\n', '');
    const findings = readBody(Buffer.from(`${line}\n{"broken\n${line}\n`));
    expect(findings.map(({ format }) => format)).toEqual([
      'suricata-eve',
      'unparsed',
      'suricata-eve',
    ]);
  });

  test('JSON in a string is read where it stands', () => {
    const opened = folded({ message: '{"a":{"b":"{\\"c\\":1}"}}' });
    expect(opened['message']).toEqual({ a: { b: { c: 1 } } });
  });

  test('what carries an alert is not taken for it', () => {
    const carried = JSON.parse(Buffer.from(bodyOf('aws-securityhub-asff.json')).toString()) as Json;
    if (!isObject(carried)) throw new Error('a sample is an object');
    expect(readerOf(carried)?.carrier).toBe(true);
    expect(readBody(bodyOf('aws-securityhub-asff.json'))[0]?.format).toBe('aws-securityhub-asff');
  });

  test('a passed check is no finding', () => {
    const report = JSON.parse(Buffer.from(bodyOf('prowler-ocsf.json')).toString()) as Json[];
    expect(readBody(Buffer.from(JSON.stringify(report.slice(1))))).toEqual([]);
  });

  test('the secrets of an SNS handshake are not kept', () => {
    const [finding] = readBody(
      Buffer.from(
        JSON.stringify({
          Type: 'SubscriptionConfirmation',
          MessageId: 'm',
          TopicArn: 'arn:aws:sns:eu-central-1:1:t',
          Token: 'planted-token',
          Message: 'You have chosen to subscribe.',
          SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Token=planted-token',
          Timestamp: '2026-11-20T10:00:00Z',
        }),
      ),
    );
    expect(finding?.format).toBe('aws-sns-misc');
    expect(JSON.stringify(finding)).not.toContain('planted-token');
  });
});
