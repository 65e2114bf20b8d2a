import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

let folder = '';
let installed = '';

/** A checkout in which everything is installed, and whose command line only tells how it was called. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'launcher test '));
  installed = join(folder, 'a checkout');
  for (const name of [
    'cli',
    'node_modules/.bin',
    'node_modules/.sallyport',
    'node_modules/re2/build',
  ]) {
    mkdirSync(join(installed, name), { recursive: true });
  }
  cpSync(join(root, 'sallyport'), join(installed, 'sallyport'));
  symlinkSync(process.execPath, join(installed, 'node_modules/.bin/node'));
  for (const name of [
    'package-lock.json',
    'node_modules/re2/build/sallyport-key',
    'node_modules/.sallyport/packages',
  ]) {
    writeFileSync(join(installed, name), '');
  }
  writeFileSync(join(installed, 'package.json'), '{"type":"module"}');
  answerWith('console.log(JSON.stringify(process.argv.slice(2)));');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const answerWith = (code: string): void => writeFileSync(join(installed, 'cli', 'main.ts'), code);

describe('the launcher', () => {
  it('passes its arguments on unchanged', async () => {
    const { stdout } = await run(join(installed, 'sallyport'), [
      'incident',
      'show',
      'two words',
      '*',
    ]);
    expect(JSON.parse(stdout)).toEqual(['incident', 'show', 'two words', '*']);
  });

  it('works from another folder through a chain of symbolic links', async () => {
    mkdirSync(join(folder, 'bin'));
    symlinkSync('../a checkout/sallyport', join(folder, 'bin', 'first'));
    symlinkSync(join(folder, 'bin', 'first'), join(folder, 'second'));
    const { stdout } = await run(join(folder, 'second'), ['verify'], { cwd: tmpdir() });
    expect(JSON.parse(stdout)).toEqual(['verify']);
  });

  it('ends with the exit code of the command', async () => {
    answerWith('process.exit(7);');
    await expect(run(join(installed, 'sallyport'), ['gates'])).rejects.toMatchObject({ code: 7 });
  });

  it('becomes the command, so that signals reach it', async () => {
    answerWith(
      "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready');",
    );
    const child = spawn(join(installed, 'sallyport'), ['gates'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.once('data', () => child.kill('SIGTERM'));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(5);
  });

  it('asks the bootstrap first when the lockfile is newer than what was installed', async () => {
    rmSync(join(installed, 'node_modules/.sallyport/packages'));
    mkdirSync(join(installed, 'bootstrap'));
    writeFileSync(
      join(installed, 'bootstrap', 'main.mjs'),
      "console.log('bootstrap', ...process.argv.slice(2));",
    );
    const { stdout } = await run(join(installed, 'sallyport'), ['gates']);
    expect(stdout).toBe('bootstrap cli gates\n');
  });
});

describe('handing over', () => {
  const handOver = new URL('../../bootstrap/hand-over.mjs', import.meta.url).href;
  const through = (program: string): string[] => [
    '--input-type=module',
    '--eval',
    `import { handOver } from ${JSON.stringify(handOver)};
     process.exitCode = await handOver({ program: process.execPath }, ['--eval', ${JSON.stringify(program)}], { GIVEN: 'yes' });`,
  ];

  it('keeps the exit code and gives the environment', async () => {
    const program = "process.exit(process.env.GIVEN === 'yes' ? 9 : 1)";
    await expect(run(process.execPath, through(program))).rejects.toMatchObject({ code: 9 });
  });

  it('forwards a signal to the program', async () => {
    const program =
      "process.on('SIGINT', () => process.exit(6)); setInterval(() => {}, 1000); console.log('ready')";
    const child = spawn(process.execPath, through(program), {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.once('data', () => child.kill('SIGINT'));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(6);
  });

  it('a program killed by a signal ends like a shell would say it', async () => {
    const program = "process.kill(process.pid, 'SIGKILL')";
    await expect(run(process.execPath, through(program))).rejects.toMatchObject({ code: 137 });
  });
});
