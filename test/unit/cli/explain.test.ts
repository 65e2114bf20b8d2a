import { expect, test } from 'vitest';
import { createExplainCommand, explanationLines, type Explanation } from '../../../cli/explain.ts';
import type { CliIo } from '../../../cli/io.ts';

const explained: Explanation = {
  incident: { id: 'inc_1', number: 7, state: 'responding', title: 'Malware' },
  trace: {
    policyDigest: 'abc',
    rule: { id: 'host-malware', version: 2 },
    tried: [
      { rule: 'fatal', verdict: 'no match', detail: 'finding.severityId == 6' },
      { rule: 'sign-in', verdict: 'error', detail: 'field not found: x: finding.x' },
      { rule: 'host-malware', verdict: 'match', detail: 'a &&\n  b' },
    ],
    decision: { kind: 'run', playbook: 'host-malware' },
    priority: { level: 'P1', why: 'severity critical starts at P1' },
    owner: { team: 'endpoint-response', why: 'endpoints' },
  },
  runs: [{ key: 'k', playbook: 'host-malware', version: 1, status: 'waiting', outcome: null }],
};

test('an explanation names the rule that matched and why the earlier ones did not', () => {
  expect(explanationLines(explained)).toEqual([
    '#7 inc_1 responding: Malware',
    'decision  run host-malware (rule host-malware@2)',
    'priority  P1: severity critical starts at P1',
    'owner     endpoint-response: endpoints',
    'policy    abc',
    '  no match  fatal: finding.severityId == 6',
    '  error     sign-in: field not found: x: finding.x',
    '  match     host-malware: a && b',
    'run       host-malware@1 waiting',
  ]);
});

test('an explanation says why its alerts are one incident', () => {
  const before = { number: 6, state: 'closed', title: 'Malware' };
  const hold = { kind: 'deploy', until: '2026-11-20T10:15:00Z', why: 'cart 1.2 went out' };
  const joining = {
    rule: 'host-and-user',
    parts: ['rule=r', 'resource:host=web-7'],
    joins: false,
    reopened: 2,
    renamedAt: '2026-11-20T09:00:00.000Z',
    follows: before,
    followedBy: { ...before, number: 8 },
    hold,
    case: {
      id: 'cas_1',
      size: 2,
      overflow: 3,
      members: [{ ...before, id: 'inc_6', because: { kind: 'host', value: 'web-7' } }],
    },
  };
  expect(explanationLines({ ...explained, joining }).slice(1, 10)).toEqual([
    'joins by  rule=r, resource:host=web-7 (correlation rule host-and-user)',
    'window    passed: the next alert of its key opens another',
    'reopened  2 times',
    'renamed   2026-11-20T09:00:00.000Z: the token key was rotated, and its key is made of tokens',
    'follows   #6 closed: Malware',
    'then      #8 closed: Malware',
    'case      cas_1 of 2 incidents, and 3 more that did not fit',
    '  shares  host web-7  #6 closed: Malware',
    'held      deploy until 2026-11-20T10:15:00Z: cart 1.2 went out',
  ]);
});

test('an explanation says what keeps an incident open that is over', () => {
  const ticket = {
    connection: 'tracker',
    ticket: '7',
    said: '',
    why: '',
    heardAt: '2026-11-20T10:15:00Z',
    askedAgainAt: '2026-11-20T10:20:00Z',
    ends: 'all clear',
  };
  const staying = {
    why: ['a gate is open', 'somebody has it'],
    tickets: [
      { ...ticket, state: 'in-progress', said: 'In Review' },
      { ...ticket, state: 'unknown', heardAt: null, why: 'VENDOR_UNAVAILABLE: away' },
      { ...ticket, state: 'unasked', heardAt: null, askedAgainAt: null },
      { ...ticket, state: 'resolved', said: 'Done' },
      { ...ticket, state: 'unasked', ends: '' },
    ],
  };
  expect(explanationLines({ ...explained, staying }).slice(1, 6)).toEqual([
    'open      as a gate is open; somebody has it',
    'open      as ticket 7 on tracker is in progress ("In Review") at 2026-11-20T10:15:00Z, asked again from 2026-11-20T10:20:00Z; else over: all clear',
    'open      as nobody knows how far ticket 7 on tracker is: VENDOR_UNAVAILABLE: away, asked again from 2026-11-20T10:20:00Z; else over: all clear',
    'open      until ticket 7 on tracker says how far it is; else over: all clear',
    'asked     ticket 7 on tracker is resolved ("Done") at 2026-11-20T10:15:00Z; over: all clear',
  ]);
});

test('before triage there is nothing to explain yet', () => {
  expect(explanationLines({ ...explained, trace: null, runs: [] })[1]).toContain('none yet');
});

test('the title of an alert cannot move the cursor', async () => {
  let out = '';
  const io: CliIo = {
    stdout: { write: (text) => void (out += text), isTerminal: true },
    stderr: { write: () => undefined, isTerminal: true },
    stdin: { read: () => Promise.resolve(Buffer.alloc(0)), isTerminal: false },
    clock: { nowMs: () => 0 },
    workingDir: '/',
  };
  const asked: string[] = [];
  const call = (_: 'GET', path: string): Promise<unknown> => {
    asked.push(path);
    return Promise.resolve({
      ...explained,
      incident: { ...explained.incident, title: 'x\u001b[2J' },
    });
  };
  expect(await createExplainCommand({ call })(['7/../x'], io)).toBe(0);
  expect(asked).toEqual(['/v1/incidents/7%2F..%2Fx/explain']);
  expect(out).not.toContain('\u001b');
});
