import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { withLock } from '../lock.mjs';
import { executable, onPath } from '../on-path.mjs';
import { Problem } from '../problem.mjs';
import { say } from '../say.mjs';
import { build, findGo } from '../temporal-cli/build.mjs';
import { download } from '../temporal-cli/download.mjs';
import { isNewEnough, versionOf, wantedVersion } from '../temporal-cli/version.mjs';

const help = `Install the Temporal CLI ${wantedVersion} or newer (docs.temporal.io/cli) and put it on PATH or set TEMPORAL_CLI to it`;

/** Returns the path of a Temporal CLI: yours, ours from an earlier start, downloaded, or built. */
export async function provideTemporalCli(cache, node) {
  const target = join(
    cache,
    'temporal',
    `${wantedVersion}-${process.platform}-${process.arch}`,
    'temporal',
  );
  return (
    (await named(cache)) ??
    (await installed(cache)) ??
    (existsSync(target) ? target : obtain(cache, node, target))
  );
}

async function named(cache) {
  if (!process.env.TEMPORAL_CLI) return undefined;
  const program = resolve(process.env.TEMPORAL_CLI);
  if (!executable(program))
    throw new Problem(
      `TEMPORAL_CLI names ${program}, which is not a program`,
      `Correct or unset TEMPORAL_CLI. ${help}.`,
    );
  const version = await versionOf(cache, program);
  if (isNewEnough(version)) return program;
  throw new Problem(
    `TEMPORAL_CLI names ${program}, version ${version || 'unknown'}, older than ${wantedVersion}`,
    `Unset TEMPORAL_CLI. ${help}.`,
  );
}

async function installed(cache) {
  const program = onPath('temporal');
  if (program === undefined) return undefined;
  return isNewEnough(await versionOf(cache, program)) ? program : undefined;
}

function obtain(cache, node, target) {
  return withLock(cache, 'temporal-cli', async () => {
    if (existsSync(target)) return target;
    removeLeftovers(dirname(target));
    if (!(await download(node, target))) await buildOrSay(target);
    const version = await versionOf(cache, target);
    if (!isNewEnough(version))
      throw new Problem(
        `the Temporal CLI just made at ${target} reports version ${version || 'unknown'}`,
        `${help}.`,
      );
    return target;
  });
}

/** What a killed bootstrap left; nobody else works here while we hold the lock. */
function removeLeftovers(folder) {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names.filter((each) => each.endsWith('.tmp')))
    rmSync(join(folder, name), { recursive: true, force: true });
}

async function buildOrSay(target) {
  const go = findGo();
  if (go === undefined) {
    throw new Problem(
      'there is no Temporal CLI, it cannot be downloaded, and there is no Go to build it with',
      `${help}. Or install Go 1.21 or newer.`,
    );
  }
  say(`building the Temporal CLI with ${go}; this happens once, the result is kept in the cache`);
  await build(go, target);
}
