import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 100;

/** Pid → parent and start time, of all processes of this machine. Numbers are used again, with their start they never are. */
function processes() {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,lstart='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const rows = (stdout ?? '').split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.+)$/.exec(line));
  return new Map(
    rows.flatMap((row) =>
      row === null ? [] : [[Number(row[1]), { parent: Number(row[2]), started: row[3] }]],
    ),
  );
}

/** A process and everything below it, whatever group or session that put itself into. Pid → start time. */
export function treeOf(root) {
  const all = processes();
  const tree = new Map(all.has(root) ? [[root, all.get(root).started]] : []);
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, { parent, started }] of all)
      if (tree.has(parent) && !tree.has(pid)) grown = Boolean(tree.set(pid, started));
  }
  return tree;
}

function left(tree) {
  const now = processes();
  return [...tree].filter(([pid, started]) => now.get(pid)?.started === started);
}

/** Asks all of a tree to end, and kills what is still there after the grace. */
export async function endTree(tree, { signal, graceMs }) {
  for (const [pid] of tree) send(pid, signal);
  const untilMs = performance.now() + graceMs;
  while (left(tree).length > 0 && performance.now() < untilMs) await delay(pollMs);
  for (const [pid] of left(tree)) send(pid, 'SIGKILL');
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
