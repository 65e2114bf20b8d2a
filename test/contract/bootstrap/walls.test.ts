import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Each row: where a file lies, one line of it, and whether the walls of the house let it stand. */
const refused: readonly (readonly [string, string])[] = [
  ['domain/a.ts', "import '../store/database.ts';"],
  ['domain/b.ts', "import 'node:fs';"],
  ['domain/c.ts', "import 'pg';"],
  ['domain/d.ts', "import 'zod';"],
  ['domain/e.ts', 'export const now = Date.now();'],
  ['domain/f.ts', 'export const dice = Math.random();'],
  ['domain/g.ts', 'export const bytes = Buffer.alloc(1);'],
  ['domain/h.ts', "import '../platform/clock.ts';"],
  ['redaction/a.ts', "import '../platform/logger.ts';"],
  ['redaction/b.ts', "import '../store/vault.ts';"],
  ['intake/formats/a.ts', "import '../../connectors/contract.ts';"],
  ['intake/b.ts', "import '../workflows/triage.ts';"],
  ['intake/c.ts', 'export const path = process.cwd();'],
  ['catalog/a.ts', "import '../connectors/registry.ts';"],
  ['workflows/a.ts', "import { b } from '../activities/executor.ts';\nexport const c = b;"],
  ['workflows/b.ts', "import '@temporalio/activity';"],
  ['workflows/c.ts', "import 'node:crypto';"],
  ['workflows/d.ts', "import { b } from '../domain/playbook.schema.ts';\nexport const c = b;"],
  ['workflows/e.ts', 'export const home = process.platform;'],
  ['activities/a.ts', "import { b } from '../workflows/triage.ts';\nexport const c = b;"],
  ['activities/b.ts', "import '../intake/inbox.ts';"],
  ['connectors/okta/a.ts', "import '../../store/tickets.ts';"],
  ['connectors/okta/b.ts', "import '../../audit/append.ts';"],
  ['audit/a.ts', "import '../redaction/redact.ts';"],
  ['store/a.ts', "import '../intake/inbox.ts';"],
  ['store/b.ts', "import '../audit/sequencer.ts';"],
  ['api/a.ts', "import '../activities/executor.ts';"],
  ['api/b.ts', "import '../workflows/respond.ts';"],
  ['console/a.ts', "import '../domain/order.ts';"],
  ['cli/a.ts', "import '../store/database.ts';"],
  ['cli/b.ts', "import '../audit/append.ts';"],
  ['platform/a.ts', "import '../store/database.ts';"],
  ['platform/logger.ts', "export const level = process.env['LEVEL'];"],
  ['server/a.ts', "import '../test/support/postgres.ts';"],
  ['server/b.ts', "export const level = process.env['LEVEL'];"],
];

const allowed: readonly (readonly [string, string])[] = [
  ['domain/z.ts', "import './order.ts';"],
  ['domain/y.ts', "import '@noble/hashes/sha2.js';"],
  ['domain/x.schema.ts', "import 'zod';"],
  ['redaction/z.ts', "import '../domain/json.ts';"],
  ['intake/z.ts', "import '../workflows/messages.ts';"],
  ['intake/y.ts', "import type { A } from '../workflows/triage.ts';\nexport type B = A;"],
  ['workflows/z.ts', "import type { A } from '../activities/executor.ts';\nexport type B = A;"],
  ['workflows/y.ts', "import '@temporalio/workflow';"],
  ['activities/z.ts', "import type { A } from '../workflows/triage.ts';\nexport type B = A;"],
  ['connectors/okta/z.ts', "import '../contract.ts';"],
  ['store/z.ts', "import '../audit/append.ts';"],
  ['cli/z.ts', "import '../audit/verify.ts';"],
  ['platform/config.ts', "export const level = process.env['LEVEL'];"],
  ['server/z.ts', "import '../activities/executor.ts';"],
];

let folder = '';
let flagged = new Set<string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'walls-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json'])
    copyFileSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of [...refused, ...allowed]) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  flagged = lint();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The files that break a wall; unresolved imports are of no interest here. */
function lint(): Set<string> {
  const report = JSON.parse(run()) as { diagnostics: { code: string; filename: string }[] };
  const walls = report.diagnostics.filter(({ code }) => code.startsWith('eslint(no-restricted-'));
  return new Set(walls.map(({ filename }) => filename));
}

function run(): string {
  const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json'];
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe('the walls between rooms', () => {
  it.each(refused)('%s may not say: %s', (path) => {
    expect(flagged).toContain(path);
  });

  it.each(allowed)('%s may say: %s', (path) => {
    expect(flagged).not.toContain(path);
  });
});
