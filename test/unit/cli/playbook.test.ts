import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { playbookCommand } from '../../../cli/playbook.ts';
import type { CliIo } from '../../../cli/io.ts';

let dir = '';
let out = '';
let err = '';
const io = (workingDir: string): CliIo => ({
  stdout: { write: (text) => void (out += text), isTerminal: false },
  stderr: { write: (text) => void (err += text), isTerminal: false },
  stdin: { read: () => Promise.resolve(Buffer.alloc(0)), isTerminal: false },
  clock: { nowMs: () => 0 },
  workingDir,
});
const broken =
  'playbook: mine\nversion: 1\ntitle: Mine\nauthor: me\nsteps:\n  a: { wait: 1s, next: gone }\n';

beforeEach(() => {
  [out, err] = ['', ''];
  dir = mkdtempSync(join(tmpdir(), 'sallyport-playbook-'));
  mkdirSync(join(dir, 'playbooks'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('sallyport playbook', () => {
  test('check says file, line, column, rule and remedy, and exits 1', async () => {
    writeFileSync(join(dir, 'playbooks', 'mine.yaml'), broken);
    expect(await playbookCommand(['check'], io(dir))).toBe(1);
    expect(out).toBe(
      'playbooks/mine.yaml:6:18 step-unknown there is no step gone — Name a step of this playbook.\n',
    );
    expect(err).toBe('1 problems\n');
  });

  test('check of the shipped folder finds nothing and prints digests', async () => {
    expect(await playbookCommand(['check', 'playbooks'], io(process.cwd()))).toBe(0);
    expect(out).toMatch(/^host-malware@1 [0-9a-f]{64}$/m);
    expect(out).toMatch(/8 playbooks, no problems\n$/);
  });

  test('check of one named file leaves the others alone', async () => {
    writeFileSync(join(dir, 'playbooks', 'mine.yaml'), broken);
    writeFileSync(
      join(dir, 'playbooks', 'other.yaml'),
      broken.replace('mine', 'other').replace('gone', 'a'),
    );
    expect(await playbookCommand(['check', 'playbooks/other.yaml', '--json'], io(dir))).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      problems: [{ file: 'playbooks/other.yaml', rule: 'cycle', line: 6 }],
    });
  });

  test('rehearse tells what differs, and exits 1', async () => {
    writeFileSync(
      join(dir, 'playbooks', 'mine.yaml'),
      'playbook: mine\nversion: 1\ntitle: Mine\nauthor: me\nsteps:\n  a: { end: really }\n',
    );
    writeFileSync(
      join(dir, 'playbooks', 'mine.cases.yaml'),
      'playbook: mine\ncases:\n  - { name: it ends, expect: { outcome: never, effects: [] } }\n  - { name: it really ends, expect: { outcome: really, effects: [] } }\n',
    );
    expect(await playbookCommand(['rehearse', 'playbooks/mine.yaml'], io(dir))).toBe(1);
    expect(out).toContain(
      'DIFFERS      mine: it ends\n             outcome: expected "never", found "really"\nas expected  mine: it really ends\n2 cases, 1 differ\n',
    );
  });

  test('rehearse of a case for a gate that never opens says so', async () => {
    writeFileSync(
      join(dir, 'playbooks', 'mine.yaml'),
      'playbook: mine\nversion: 1\ntitle: Mine\nauthor: me\nsteps:\n  a: { end: really }\n',
    );
    writeFileSync(
      join(dir, 'playbooks', 'mine.cases.yaml'),
      'playbook: mine\ncases:\n  - { name: it asks, expect: { outcome: really, effects: [], gates: { ask: {} } } }\n',
    );
    expect(await playbookCommand(['rehearse'], io(dir))).toBe(1);
    expect(out).toContain('gate ask never opened');
  });

  test('a verb that nobody knows prints the usage', async () => {
    expect(await playbookCommand(['explode'], io(dir))).toBe(2);
    expect(err).toContain('sallyport playbook check');
  });

  test('control characters of a file do not reach the terminal', async () => {
    writeFileSync(
      join(dir, 'playbooks', 'mine.yaml'),
      broken.replace('next: gone', 'next: gone, "\\e[2J": 1'),
    );
    await playbookCommand(['check'], io(dir));
    expect(out).toContain('field-unknown');
    expect(out).not.toContain('\u001b');
  });
});
