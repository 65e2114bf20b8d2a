import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../checkout.mjs';
import { endTree, treeOf } from './process-tree.mjs';
import { nothing, tallyReport } from './tally.mjs';

const killAfterMs = 10_000;

/** Runs one stage with its output shown as it comes; never throws. */
export async function runStage(stage) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  const startedMs = Date.now();
  // PostgreSQL's unprivileged user must be able to enter it where root runs the tests.
  chmodSync(folder, 0o755);
  try {
    const report = join(folder, 'report.json');
    const ok = await show(stage, commandOf(stage, report), environmentOf(stage, folder));
    const tally =
      stage.kind === 'tests'
        ? tallyReport(readReport(report), ok)
        : { ...nothing, passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
    return { name: stage.name, tally, seconds: (Date.now() - startedMs) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function environmentOf(stage, folder) {
  return stage.name === 'story'
    ? { ...process.env, SALLYPORT_DATA: join(folder, 'data') }
    : process.env;
}

function readReport(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function commandOf(stage, report) {
  if (stage.name === 'story') return [join(checkout, 'cli', 'main.ts'), 'start', '--once'];
  if (stage.kind === 'check') return stage.args;
  return [...stage.args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
}

/** A group of its own, so that Ctrl-C reaches it through us only: then it goes with everything that it started. */
function show(stage, args, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: checkout,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    let ending = Promise.resolve();
    const stop = (signal) => {
      // What runs below it may be in groups of its own, as servers are.
      ending = endTree(treeOf(child.pid), { signal, graceMs: killAfterMs });
      return ending;
    };
    const limit = setTimeout(() => {
      process.stdout.write(
        `\nstage ${stage.name} took over ${stage.limitMs / 60_000} min and is stopped\n`,
      );
      void stop('SIGTERM');
    }, stage.limitMs);
    const interrupted = (signal) => void stop(signal).then(() => process.exit(130));
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    const finish = (ok) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      void ending.then(() => resolve(ok));
    };
    child.on('error', () => finish(false));
    child.on('exit', (code) => finish(code === 0));
  });
}
