import { expect, test } from 'vitest';
import { createIntakeCommand } from '../../cli/intake.ts';
import { systemClock } from '../../platform/clock.ts';

async function tried(file: string, ...flags: readonly string[]): Promise<string> {
  let said = '';
  const io = {
    stdout: { write: (text: string) => void (said += text), isTerminal: false },
    stderr: { write: (text: string) => void (said += text), isTerminal: false },
    stdin: { read: () => Promise.resolve(Buffer.alloc(0)), isTerminal: false },
    clock: systemClock,
    workingDir: process.cwd(),
  };
  const engine = (): Promise<never> => Promise.reject(new Error('try works without an engine'));
  expect(await createIntakeCommand(engine)(['try', file, ...flags], io)).toBe(0);
  return said;
}

test.each([
  ['fixtures/alerts/elastic-malware-prevented.json', 'run host-malware', 'host-malware'],
  ['fixtures/alerts/alertmanager-disk-resolved.json', 'light ticket', 'light-ticket'],
])('intake try %s names the rule that would match, and its playbook', async (file, does, runs) => {
  expect(await tried(file)).toMatch(
    new RegExp(`^triage +${does} \\(rule [a-z-]+@\\d+\\), by playbook ${runs}$`, 'm'),
  );
  const [first] = JSON.parse(await tried(file, '--json')) as Record<string, unknown>[];
  expect(first).toMatchObject({ playbook: runs, triage: { tried: expect.any(Array) } });
});
