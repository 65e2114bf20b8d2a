import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flatFinding, readBody, type FlatFinding } from '../../../intake/try.ts';
import { shippedCorrelate } from '../../support/correlate.ts';

interface Strange {
  readonly name: string;
  readonly body: unknown;
  readonly text?: string;
  readonly want: Partial<FlatFinding>;
}

const strange = JSON.parse(
  readFileSync(new URL('../../../fixtures/strange-alerts.json', import.meta.url), 'utf8'),
) as readonly Strange[];

const read = (value: unknown): ReturnType<typeof readBody> =>
  readBody(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('an alert of a product that no reader knows', () => {
  test.each(strange)('$name', ({ body, text, want }) => {
    const findings = read(text ?? body);
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    if (finding === undefined) throw new Error('there is one');
    expect(finding.format).toBe('generic');
    const { resources, actors, observables, ...rest } = want;
    const flat = flatFinding(finding);
    expect(flat).toMatchObject(rest);
    expect(flat.resources).toEqual(expect.arrayContaining([...(resources ?? [])]));
    expect(flat.actors).toEqual(expect.arrayContaining([...(actors ?? [])]));
    expect(flat.observables).toEqual(expect.arrayContaining([...(observables ?? [])]));
    expect(finding.notes.some((note) => note.startsWith('confidence-'))).toBe(true);
  });
});

describe('what a process was given and ran with', () => {
  const things = (alert: object): readonly string[] =>
    read({ title: 'Suspicious process', host: { name: 'web-7' }, ...alert }).flatMap(
      ({ resources, actors }) => [...resources, ...actors].map(({ name }) => name),
    );

  test.each<[string, object]>([
    ['a list of variables', { process: { environment: ['AWS_KEY_ID=x', 'USER=bob'] } }],
    ['variables at the top', { environment: ['HOSTNAME=db-1', 'DB_PASSWORD=x'] }],
    ['one variable', { env: 'HOSTNAME=db-1' }],
    ['pairs of a container', { spec: { env: [{ name: 'HOSTNAME', value: 'db-1' }] } }],
    ['arguments', { process: { args: ['--host=db-1', '--user=bob', 'user:bob'] } }],
    ['arguments at the top', { argv: ['curl', '--hostname=db-1'] }],
    ['parents', { process: { parents: [{ name: 'sh', path: '/usr/bin/sh' }] } }],
    ['images', { process: { image: 'C:\\a.exe', parent: { image: 'C:\\b.exe' } } }],
  ])('names nothing that it is about: %s', (_what, alert) => {
    expect(things(alert).filter((name) => name !== 'C:\\a.exe')).toEqual(['web-7']);
  });

  test('leaves the name of an environment what it is', () => {
    expect(things({ environment: 'prod' })).toContain('prod');
    expect(things({ env: 'staging' })).toContain('staging');
  });
});

describe('the state of an alert', () => {
  test.each([
    ['resolved_true_positive', 'closed'],
    ['ResolvedCritical', 'closed'],
    ['alert.resolved', 'closed'],
    ['Reopened', 'open'],
    ['Critical', 'open'],
  ])('%s is %s', (status, want) => {
    expect(read({ title: 'Disk is full', status })[0]?.status).toBe(want);
  });

  test('may be a flag', () => {
    expect(read({ title: 'Disk is full', resolved: true })[0]?.status).toBe('closed');
    expect(read({ title: 'Disk is full', resolved: false })[0]?.status).toBe('open');
  });
});

describe('the id of an alert', () => {
  const uid = (alert: object): string | undefined => read({ title: 'Odd', ...alert })[0]?.uid;

  test('is not that of what it is about', () => {
    expect(uid({ target: { id: 'web-7' }, actor: { id: 'u-1' }, group_id: 'x' })).toMatch(/^Odd/);
    expect(uid({ model: { uuid: '8011a2b3' }, detection_code_id: '1234567' })).toMatch(
      /^1234567\//,
    );
  });

  test('is not the small number of anything', () => {
    expect(uid({ colo_id: 373 })).toMatch(/^Odd/);
  });
});

describe('an alert without a title', () => {
  test('is called after what it is about', () => {
    expect(read({ client_ip: '203.0.113.20', bytes: 7 })[0]?.title).toBe(
      'Alert about 203.0.113.20',
    );
  });

  test('that is about nothing cannot be read', () => {
    expect(read({ n: 7 })[0]?.format).toBe('unparsed');
  });
});

test('a version of a browser is no address', () => {
  const agent = 'Mozilla/5.0 (X11) Chrome/113.0.0.0 Safari/537.36';
  const addresses = read({ title: 'Odd', agent, message: `${agent} from 203.0.113.20` }).flatMap(
    ({ observables }) => observables.map(({ value }) => value),
  );
  expect(addresses).toEqual(['203.0.113.20']);
});

test('a time may name its zone in brackets', () => {
  expect(read({ title: 'Odd', timestamp: '2026-03-02 08:14:22 (UTC)' })[0]?.time).toBe(
    '2026-03-02T08:14:22Z',
  );
});

describe('the severity of an alert', () => {
  test('may be a fraction', () => {
    expect(read({ title: 'Odd', severity: 0.8 })[0]?.severityId).toBe(4);
  });

  test('is no title', () => {
    expect(read({ category: 'Critical', description: 'A disk is full' })[0]?.title).toBe(
      'A disk is full',
    );
  });
});

describe('alerts without an id', () => {
  const alert = { title: 'Disk is full', host: 'db-1', message: 'at 97 %' };

  test('stay two where anything differs', () => {
    const [one] = read(alert);
    const [other] = read({ ...alert, message: 'at 98 %' });
    expect(one?.id).not.toBe(other?.id);
  });

  test('about two things are two incidents, about one thing one', () => {
    const key = (value: object): string | undefined =>
      read(value).map((finding) => shippedCorrelate(finding).key)[0];
    expect(key({ ...alert, host: 'db-2' })).not.toBe(key(alert));
    expect(key({ ...alert, message: 'at 98 %' })).toBe(key(alert));
  });

  test('that name nothing stand alone', () => {
    const keys = [
      read({ title: 'Something broke', n: 1 }),
      read({ title: 'Something broke', n: 2 }),
    ].map(([finding]) => (finding === undefined ? '' : shippedCorrelate(finding).key));
    expect(new Set(keys).size).toBe(2);
  });
});

describe('a group of alerts without an identity', () => {
  const item = (name: string): object => ({ title: name, severity: 'high', host: name });

  test('is as many findings, each with what the group says of all', () => {
    const findings = read({
      tool: 'Acme',
      environment: 'prod',
      alerts: [item('disk a'), item('disk b')],
    });
    expect(findings.map(({ title }) => title)).toEqual(['disk a', 'disk b']);
    expect(findings.every(({ product }) => product.startsWith('Acme'))).toBe(true);
  });

  test('is one finding where the group has an id of its own', () => {
    expect(read({ incidentId: 7, title: 'Both', alerts: [item('a'), item('b')] })).toHaveLength(1);
  });
});
