import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from '../checkout.mjs';
import { temporaryBeside, placeFile } from '../cache.mjs';
import { run } from '../child.mjs';
import { executable, onPath } from '../on-path.mjs';
import { Problem } from '../problem.mjs';
import { announced } from '../say.mjs';
import { wantedVersion } from './version.mjs';

const source = join(checkout, 'bootstrap', 'temporal-cli');
const command = 'github.com/temporalio/cli/cmd/temporal';
const versionVariable = 'github.com/temporalio/cli/internal/temporalcli.Version';
const buildLimitMs = 40 * 60_000;

export function findGo() {
  return (
    onPath('go') ??
    ['/usr/local/go/bin/go', '/usr/lib/go/bin/go', '/opt/homebrew/bin/go'].find(executable)
  );
}

/** Builds the CLI from the Go module proxy; go.mod and go.sum beside this file pin every module by hash. */
export async function build(go, target) {
  const folder = temporaryBeside(target);
  mkdirSync(folder, { recursive: true });
  try {
    for (const file of ['go.mod', 'go.sum']) cpSync(join(source, file), join(folder, file));
    await compile(go, folder);
    placeFile(join(folder, 'temporal'), target, 0o755);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compile(go, folder) {
  const flags = `-s -w -X ${versionVariable}=${wantedVersion}`;
  const args = ['build', '-trimpath', '-ldflags', flags, '-o', 'temporal', command];
  const result = await announced(
    'fetching the Go modules of the Temporal CLI and compiling it',
    '6-9 min on 2 cores, once',
    () => run(go, args, { cwd: folder, env: goEnvironment(folder), limitMs: buildLimitMs }),
  );
  if (result.ok) return;
  throw new Problem(
    result.late
      ? 'building the Temporal CLI took over 40 min and was stopped'
      : 'building the Temporal CLI failed',
    'Go 1.21 or newer, a Go module proxy (`go env GOPROXY`), 3 GB of memory and 4 GB of disk are needed. Or install the ' +
      `Temporal CLI ${wantedVersion} or newer yourself and set TEMPORAL_CLI to it.`,
    result.output,
  );
}

/** A workspace, vendoring or flags of the machine's owner must not change what is built. */
function goEnvironment(folder) {
  const env = {
    ...process.env,
    GOTOOLCHAIN: 'auto',
    GOFLAGS: '-mod=readonly',
    GOWORK: 'off',
    CGO_ENABLED: '0',
    GO111MODULE: 'on',
  };
  const homeless = !env.HOME && !env.GOCACHE;
  const besideCache = join(dirname(folder), 'go');
  return homeless || !existsSync(env.HOME ?? '')
    ? { ...env, GOCACHE: join(besideCache, 'build'), GOPATH: besideCache }
    : env;
}
