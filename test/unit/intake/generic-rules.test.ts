import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../domain/finding.ts';
import { readBody } from '../../../intake/try.ts';
import { shippedCorrelate } from '../../support/correlate.ts';

function read(alert: object): Finding {
  const [finding, more] = readBody(Buffer.from(JSON.stringify({ title: 'Odd', ...alert })));
  if (finding === undefined || more !== undefined) throw new Error('one finding was expected');
  expect(finding.format).toBe('generic');
  return finding;
}

const resources = (alert: object): readonly string[] =>
  read(alert).resources.map(({ type, name }) => `${type}:${name}`);
const users = (alert: object): readonly string[] =>
  read(alert)
    .actors.filter(({ type }) => type === 'user')
    .map(({ name }) => name);
const observables = (alert: object): readonly string[] =>
  read(alert).observables.map(({ type, value }) => `${type}:${value}`);

describe('an object in a list that states its type', () => {
  test.each<[string, object]>([
    ['a word', { entities: [{ type: 'device', name: 'lt-2044' }] }],
    ['words', { identities: [{ label: 'lt-2044', type: { id: 9, label: 'Roaming Computers' } }] }],
    ['a stem', { scope: { list: [{ entityType: 'host', entityValue: { name: 'lt-2044' } }] } }],
    ['a word in capitals', { involved: [{ kind: 'VIRTUAL_MACHINE', displayName: 'lt-2044' }] }],
  ])('names a host: %s', (_what, alert) => {
    expect(resources(alert)).toContain('host:lt-2044');
  });

  test('names a person, who is no thing that the alert is about', () => {
    const alert = { entities: [{ type: 'user', name: 'dana' }] };
    expect(users(alert)).toEqual(['dana']);
    expect(resources(alert)).toEqual([]);
  });

  test('names nothing where its type is that of no host or person', () => {
    expect(users({ entities: [{ type: 'storageAccounts', name: 'diag500' }] })).toEqual([]);
    expect(users({ rules: [{ type: 'CRE_RULE', name: 'dana' }] })).toEqual([]);
  });

  test('names it only where the object is not called after something else', () => {
    expect(resources({ app: { type: 'server', name: 'shop' } })).not.toContain('host:shop');
  });
});

describe('a machine', () => {
  test('is what has a name and an address, whatever it is called', () => {
    expect(resources({ canaryName: 'files-2', canaryIp: '10.0.3.50' })).toContain('host:files-2');
  });

  test.each(['user', 'source', 'client', 'attacker', 'process'])('is no %s', (stem) => {
    const alert = { [`${stem}Name`]: 'x-2', [`${stem}Ip`]: '203.0.113.20' };
    expect(resources(alert)).not.toContain('host:x-2');
  });

  test('that only saw it comes after the address that it came from', () => {
    const alert = { src_ip: '203.0.113.20', sensor: 'honeypot-3' };
    expect(resources(alert)).toEqual(['host:203.0.113.20', 'host:honeypot-3']);
  });

  test('is not called `Unknown`', () => {
    expect(resources({ hostname: 'Unknown' })).toEqual([]);
  });
});

test('whoever an offense is about acted', () => {
  expect(users({ offense_source: 'svc-backup', log_sources: [{ name: 'app-07' }] })).toEqual([
    'svc-backup',
  ]);
});

test('a list of pairs names the second of each after the first', () => {
  expect(
    users({
      details: [
        ['Username', 'root'],
        ['Attempts', 3],
      ],
    }),
  ).toEqual(['root']);
  expect(users({ details: [['Username', 'root', 'dana']] })).toEqual([]);
});

describe('an observable', () => {
  test.each<[string, object]>([
    ['a nested question', { dns: { question: { name: 'evil.example' } } }],
    ['a dotted question', { 'dns.question.name': 'evil.example' }],
    ['a name that was asked for', { query_name: 'evil.example.' }],
    ['a greeting of TLS', { tls: { sni: 'evil.example' } }],
    ['the host of a request', { http: { host: 'evil.example' } }],
    ['an answer', { dns: { answers: [{ name: 'a.example', data: 'evil.example' }] } }],
    ['a request, in one word', { ClientRequestHost: 'evil.example' }],
    ['what an address is called', { src_host_reverse: 'evil.example' }],
    ['a URL without more', { url: 'evil.example' }],
  ])('is the name in %s', (_what, alert) => {
    expect(observables(alert)).toContain('domain:evil.example');
  });

  test('is no parameter of a request, and no name without a dot', () => {
    expect(observables({ query: 'option=a.b%20c', qname: 'printer' })).toEqual([]);
  });

  test.each([
    ['192.0.2.7:443', 'ip:192.0.2.7'],
    ['[2001:db8::7]:443', 'ip:2001:db8::7'],
    ['2001:db8::7', 'ip:2001:db8::7'],
    ['192.0.2.7/24', 'ip:192.0.2.7'],
    ['2001:db8::7/128', 'ip:2001:db8::7'],
  ])('is the address in %s', (value, want) => {
    expect(observables({ peer: value })).toEqual([want]);
  });

  test.each([
    '10.0.0.0/8',
    '2001:db8::/32',
    '192.0.2.7/x',
    '192.0.2.7:x',
    '[192.0.2.7]:443',
    '1.2.3:443',
    '[::1',
  ])('is not %s', (value) => {
    expect(observables({ peer: value })).toEqual([]);
  });
});

test('a URL without its scheme is one where it has a path on a public name', () => {
  expect(observables({ url: 'files.evil.example/a.zip' })).toEqual([
    'url:files.evil.example/a.zip',
  ]);
  expect(observables({ url: '/opt/a.zip' })).toEqual([]);
});

describe('the title of an alert', () => {
  const title = (alert: object): string => read({ title: undefined, ...alert }).title;

  test('is its name before its category, where that is a phrase', () => {
    expect(title({ category: 'Exfiltration', name: 'Odd upload by a service' })).toMatch(/^Odd up/);
    expect(title({ category: 'Exfiltration', name: 'odd-upload' })).toMatch(/^Exfiltration/);
  });

  test('is not the name of a person, a host or an account', () => {
    const said = { category: 'Exfiltration', account: { name: 'Acme Holdings East' } };
    expect(title(said)).toMatch(/^Exfiltration/);
  });

  test('is what it says of its own kind, where it says nothing else', () => {
    expect(title({ TypeComputedMap: 'AgentLogFull', Severity: 0 })).toBe('AgentLogFull');
  });

  test('is what a rule of a firewall says rather than who was there', () => {
    const request = { ClientASNDescription: 'EXAMPLE-NET', Meta: { rule_message: 'Odd path' } };
    expect(title(request)).toMatch(/^Odd path/);
  });
});

describe('the time of an alert', () => {
  test('is one with a clock before a day alone', () => {
    const said = { date: '2026-10-26', short_date_time: '2026-10-26 23:20:39' };
    expect(read(said).time).toBe('2026-10-26T23:20:39Z');
    expect(read({ date: '2026-10-26', time: '23:20:39' }).time).toBe('2026-10-26T23:20:39Z');
    expect(read({ date: '2026-10-26' }).time).toBe('2026-10-26T00:00:00Z');
    expect(read({ time: 1_792_971_639, date: '2026-10-26' }).time).toBe('2026-10-25T23:40:39Z');
  });
});

describe('the state of an alert', () => {
  test('is closed where its grade says that all is well', () => {
    expect(read({ severity: 'ok', state: 0 }).status).toBe('closed');
    expect(read({ severity: 'low', state: 0 }).status).toBe('open');
    expect(read({ severity: 'Normal', state: 0 }).status).toBe('open');
    expect(read({ priority: 'ok', state: 0 }).status).toBe('open');
  });
});

describe('the kind of an alert', () => {
  test('goes by whole phrases', () => {
    expect(read({ description: 'The activity log ingestion is down' }).kind).toBe('operational');
    expect(read({ description: 'Someone tried to log in, and again' }).kind).toBe('audit');
    expect(read({ description: 'Unusual: failed logins of root' }).kind).toBe('detection');
  });
});

test('a mail is about a mailbox, and acted on by whom it came from', () => {
  const mail = {
    accountId: 'a-1',
    recipients: 'dana@corp.example',
    senderEnvelope: 'x@evil.example',
  };
  expect(resources(mail)).toContain('other:dana@corp.example');
  expect(users(mail)).toContain('x@evil.example');
});

test('a mail names both ends by words that mean anything elsewhere', () => {
  expect(users({ from: 'x@evil.example', to: 'dana@corp.example' })).toContain('x@evil.example');
  expect(resources({ from: 'x@evil.example', to: 'dana@corp.example', filename: 'a.pdf' })).toEqual(
    ['other:dana@corp.example', 'other:a.pdf'],
  );
  expect(users({ from: 'trust', to: 'dmz' })).toEqual([]);
});

describe('what a message says in pairs', () => {
  test.each<[string, string]>([
    ['assignments', 'type="LOGIN", userName="dana", ipAddress="192.0.2.7"'],
    ['assignments in brackets', '[action:"Drop"; user:"dana"; src:"192.0.2.7"; ]'],
    ['lines', 'Odd logon.\r\n\tUser: dana\r\n\tLogon ID: 0x3E7\r\n\tSourceIp: 192.0.2.7'],
  ])('is read in %s', (_what, message) => {
    expect(users({ message })).toEqual(['dana']);
    expect(observables({ message })).toEqual(['ip:192.0.2.7']);
  });

  test('is not read in what ran, nor where there are fewer than three', () => {
    expect(users({ process: { commandline: 'run user=dana a=b c=d e=f' } })).toEqual([]);
    expect(users({ message: 'user=dana and nothing more' })).toEqual([]);
  });
});

test('a line of pairs in brackets is an alert of its own', () => {
  const line =
    '[action:"Drop"; rule_name:"Clean-up"; dst:"192.0.2.7"; time:"1617710462"; odd:"a=b;c=d"]';
  const [finding] = readBody(Buffer.from(line));
  expect(finding).toMatchObject({ format: 'generic', time: '2021-04-06T12:01:02Z' });
  expect(finding?.title).toMatch(/^Clean-up/);
});

test('addresses between commas are observables', () => {
  expect(observables({ flows: ['1663146003,192.0.2.7,198.51.100.9,443,T'] })).toEqual([
    'ip:192.0.2.7',
    'ip:198.51.100.9',
  ]);
});

test('a request that brings many alerts is taken off them', () => {
  const event = { detection_name: 'Odd file', severity: 'high', created: '2026-10-26T23:20:39Z' };
  const events = [1, 2].map((n) => ({ ...event, incident_id: `i-${n}`, computer_name: `pc-${n}` }));
  const call = { jsonrpc: '2.0', id: 9, method: 'addEvents', params: { events } };
  const found = readBody(Buffer.from(JSON.stringify(call)));
  expect(found.map(({ uid, title }) => [uid, title])).toEqual([
    ['i-1', 'Odd file'],
    ['i-2', 'Odd file'],
  ]);
});

describe('the severity of an alert', () => {
  test('is the last word in the name of a constant', () => {
    expect(read({ criticality: 'ALERT_CRITICALITY_LEVEL_WARNING' }).severityId).toBe(3);
    expect(read({ severity: 'E_CRITICAL' }).severityId).toBe(5);
    expect(read({ severity: 'P2 - High' }).severityId).toBe(4);
    expect(read({ alert_type: 'ALERT_RECOVERY' }).severityId).toBe(0);
    expect(read({ alert_type: '1' }).severityId).toBe(0);
  });

  test('grows with the priority of the model that found it, unlike any other priority', () => {
    const severity = (alert: object): number => read(alert).severityId;
    expect([0, 1, 2, 3, 4, 5].map((priority) => severity({ model: { priority } }))).toEqual([
      1, 1, 2, 3, 4, 5,
    ]);
    expect([1, 2, 3, 4, 5].map((priority) => severity({ priority }))).toEqual([5, 4, 3, 2, 1]);
    expect(severity({ model: { then: { priority: 4 } } })).toBe(4);
  });

  test('is that of its state, where nothing else says it, and not of the state before', () => {
    expect(read({ servicestate: 'CRITICAL' }).severityId).toBe(5);
    expect(read({ servicestate: 'WARNING', severity: 'low' }).severityId).toBe(2);
    expect(read({ laststate: 'CRITICAL', state: 'OK' }).severityId).toBe(0);
  });
});

describe('the id of an alert', () => {
  test('is not the name of a kind of event or of a realm', () => {
    expect(read({ eventid: 'cowrie.login.success' }).uid).toMatch(/^Odd/);
    expect(read({ somethingId: 'corp' }).uid).toMatch(/^Odd/);
    expect(read({ somethingId: 'corp-17' }).uid).toMatch(/^corp-17\//);
  });

  test('tells two apart that share what may be the id of a thing', () => {
    const id = (over: object): string => read({ arn: 'arn:aws:sts::1:role/x', ...over }).id;
    expect(id({ input: 'a' })).not.toBe(id({ input: 'b' }));
    expect(id({ input: 'a' })).toBe(id({ input: 'a' }));
    const checked = { checkId: 's3-public', time: '2026-10-26T23:20:39Z' };
    expect(read({ ...checked, bucket: 'a' }).id).not.toBe(read({ ...checked, bucket: 'b' }).id);
    expect(id({ alertId: 'a-1', input: 'a' })).toBe(id({ alertId: 'a-1', input: 'b' }));
    expect(read({ vpcId: 'vpc-12345678', title: 'Odd flow' }).uid).toMatch(/^Odd flow/);
  });

  test('is not nought, nor what counts within something else', () => {
    expect(read({ ReportID: 0, RayID: '77280bee38a6c461' }).uid).toMatch(/^77280bee38a6c461\//);
    expect(read({ incidentId: 0 }).uid).toMatch(/^Odd/);
    expect(read({ txid: 4 }).uid).toMatch(/^Odd/);
    expect(read({ autoguid: 'd40cdc38', agentguid: 'd751670f' }).uid).toBe('d40cdc38');
  });
});

describe('a document that has a host, a source and an event', () => {
  const document = {
    event: { kind: 'alert', reason: 'Many long questions' },
    host: { name: 'lt-2044' },
    source: { ip: '10.0.3.7' },
  };

  test('is read whole where these are objects', () => {
    expect(resources(document)).toContain('host:lt-2044');
    expect(observables(document)).toEqual(['ip:10.0.3.7']);
  });

  test("is a collector's wrapping where host and source are words", () => {
    const wrapped = {
      host: 'relay-1',
      source: 'tcp:514',
      event: { title: 'Odd', hostname: 'a-7' },
    };
    expect(resources(wrapped)).toEqual(['host:a-7']);
  });
});

describe('alerts that are alike', () => {
  const key = (alert: object): string => shippedCorrelate(read(alert)).key;

  test('are two problems where the typed host differs, and where the typed person does', () => {
    const about = (type: string, name: string): string => key({ entities: [{ type, name }] });
    expect(about('device', 'lt-1')).not.toBe(about('device', 'lt-2'));
    expect(about('user', 'dana')).not.toBe(about('user', 'eve'));
    expect(about('user', 'dana')).toBe(about('user', 'dana'));
  });

  test('stand alone where all that they name is unknown', () => {
    const unknown = (n: number): string => key({ hostname: 'unknown', user: 'unknown', n });
    expect(unknown(1)).not.toBe(unknown(2));
  });
});
