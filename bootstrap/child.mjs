import { spawn } from 'node:child_process';

const outputCharsMax = 16_000;
const live = new Set();

/** Runs a program to its end without a shell; never throws for what the program does. Its output's tail is kept. */
export function run(program, args, { cwd, env = process.env, limitMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let late = false;
    const keep = (chunk) => (output = (output + chunk).slice(-outputCharsMax));
    const limit =
      limitMs === undefined
        ? undefined
        : setTimeout(() => ((late = true), killGroup(child)), limitMs);
    const finish = (code) => {
      clearTimeout(limit);
      live.delete(child);
      resolve({ ok: code === 0 && !late, code, late, output });
    };
    live.add(child);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => (keep(String(error)), finish(127)));
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** A compiler starts further processes: they share a group of their own, so that stopping one stops all of them. */
function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

export function stopChildren() {
  for (const child of live) killGroup(child);
}
