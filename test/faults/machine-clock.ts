import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { locatePostgres } from '../../server/postgres-binaries.ts';
import { root } from '../support/repository.ts';
import { aftermath, answersDuring, onOwnEngine } from './machine-world.ts';
import type { Verdict } from './machine-world.ts';
import { pause, startLoad } from './servers.ts';

const hourSeconds = 3_600;
const forMs = 20_000;

/** A clock that engine and PostgreSQL share; Temporal is linked statically and keeps the machine's, as on a host of its own. */
interface ShiftedClock {
  /** For the shell that becomes the engine. */
  readonly before: string;
  set(seconds: number): void;
  remove(): void;
}

async function shiftedClock(): Promise<ShiftedClock> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-clock-'));
  chmodSync(dir, 0o755);
  const library = join(dir, 'clock-shift.so');
  execFileSync('cc', [
    '-O2',
    '-shared',
    '-fPIC',
    '-o',
    library,
    join(root, 'test', 'faults', 'clock-shift.c'),
    '-ldl',
  ]);
  const file = join(dir, 'seconds');
  const set = (seconds: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    // In place: whoever mapped it sees it.
    writeFileSync(file, bytes, { flag: 'r+' });
  };
  writeFileSync(file, Buffer.alloc(8));
  const variables = `LD_PRELOAD=${library} CLOCK_SHIFT_FILE=${file}`;
  const programs = await wrappedPostgres(dir, variables);
  return {
    before: `export ${variables} SALLYPORT_POSTGRES_BIN=${programs}`,
    set,
    remove: () => rmSync(dir, { recursive: true }),
  };
}

/** PostgreSQL gets no variables from the engine: a script of its name hands these over. */
async function wrappedPostgres(dir: string, variables: string): Promise<string> {
  const { postgres } = await locatePostgres(null);
  // As npm's package calls it: its list of links names the folder.
  const home = join(dir, 'native');
  cpSync(dirname(dirname(postgres)), home, { recursive: true, verbatimSymlinks: true });
  const program = join(home, 'bin', 'postgres');
  renameSync(program, `${program}.real`);
  writeFileSync(program, `#!/bin/sh\n${variables} exec "${program}.real" "$@"\n`, { mode: 0o755 });
  return dirname(program);
}

async function play(seconds: number): Promise<Verdict> {
  const clock = await shiftedClock();
  return onOwnEngine({ before: clock.before }, async (world) => {
    await world.engine.start();
    await world.insist([...world.plain(5), world.contained()]);
    // A gate that is opened while the clock runs ahead cannot be voted on before its time has come: none is.
    const load = startLoad(world, { gates: seconds < 0 });
    await pause(2_000);
    clock.set(seconds);
    const ahead = await answersDuring(world, forMs);
    clock.set(0);
    const back = await answersDuring(world, forMs / 4);
    return aftermath(world, `${ahead}; set right again: ${back}`, load);
  }).finally(clock.remove);
}

export const clockBack = (): Promise<Verdict> => play(-hourSeconds);
export const clockForward = (): Promise<Verdict> => play(hourSeconds);
