import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, lockfileHash, markers, packages, readOrEmpty, sha256 } from '../checkout.mjs';
import { run } from '../child.mjs';
import { withLock } from '../lock.mjs';
import { Problem } from '../problem.mjs';
import { announced } from '../say.mjs';

const marker = join(markers, 'packages');
const wanted = () => `${lockfileHash()} ${process.platform}-${process.arch}\n`;

export function packagesReady() {
  return existsSync(packages) && readOrEmpty(marker) === wanted();
}

/** Installs exactly what the lockfile says. No package's install script runs. */
export async function installPackages(cache) {
  if (packagesReady()) return;
  await withLock(cache, `packages-${sha256(checkout).slice(0, 12)}`, async () => {
    if (packagesReady()) return;
    await announced('installing packages with npm ci', '10-90 s', npmCi);
    mkdirSync(markers, { recursive: true });
    writeFileSync(marker, wanted());
  });
}

/** The flags undo what a machine's npm settings may say (production installs, strict engines, other folders). */
async function npmCi() {
  const flags = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--engine-strict=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { program, first } = npmCommand();
  const result = await run(program, [...first, 'ci', ...flags], { cwd: checkout });
  if (result.ok) return;
  throw new Problem(
    `npm ci failed (exit code ${result.code})`,
    'Check that npm reaches a package registry (`npm ping`) and that the disk has 2 GB free, then start again.',
    result.output,
  );
}

function npmCommand() {
  const script = process.env.npm_execpath ?? '';
  return /npm-cli\.[cm]?js$/.test(script)
    ? { program: process.execPath, first: [script] }
    : { program: 'npm', first: [] };
}
