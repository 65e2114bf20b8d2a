import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { reportFailure } from './failure.ts';
import { usage } from './flags.ts';
import type { CliIo } from './io.ts';
import { exitCodes, printLine } from './io.ts';
import { printable } from './printable.ts';
import type { Address } from './session.ts';
import { createSession } from './session.ts';
import type { Verb } from './verbs.ts';
import { verbs } from './verbs.ts';

const checkoutDir = fileURLToPath(new URL('..', import.meta.url));
const defaultDataDir = '.sallyport';
const addressFlags = ['server', 'token-file', 'as', 'data'] as const;
type AddressFlag = (typeof addressFlags)[number];

/** One command line from its words to its exit code. Throws nothing. */
export async function dispatch(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    const [name, ...args] = argv;
    if (name === undefined || name === 'help' || name === '--help' || name === '-h')
      return await help(args[0], io);
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) {
      printLine(
        io.stderr,
        `sallyport: there is no verb "${printable(name)}"; \`sallyport help\` lists them`,
      );
      return exitCodes.usage;
    }
    return await runVerb(verb, args, io);
  } catch (error) {
    return reportFailure(error, io);
  }
}

async function runVerb(verb: Verb, args: readonly string[], io: CliIo): Promise<number> {
  const { given, rest } =
    verb.ownFlags === true
      ? { given: new Map<AddressFlag, string>(), rest: args }
      : splitAddress(args);
  const { usage: text, command } = await verb.load(createSession(addressOf(given, io), io));
  if (rest.some((arg) => arg === '--help' || arg === '-h')) {
    printLine(io.stdout, text);
    return exitCodes.done;
  }
  return command([...rest], io);
}

/** Takes the flags that say where the engine is and who one is; the verb reads the others. What follows `--` is left alone. */
function splitAddress(args: readonly string[]): {
  given: Map<AddressFlag, string>;
  rest: string[];
} {
  const given = new Map<AddressFlag, string>();
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const rest: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const [flag, ...after] = arg.split('=');
    const name = addressFlags.find((item) => flag === `--${item}`);
    if (index >= end || name === undefined) rest.push(arg);
    else if (after.length > 0) given.set(name, after.join('='));
    else given.set(name, args[(index += 1)] ?? usage(`${arg} needs a value`));
  }
  return { given, rest };
}

function addressOf(given: ReadonlyMap<AddressFlag, string>, io: CliIo): Address {
  const data = given.get('data');
  return {
    server: given.get('server') ?? null,
    tokenFile: given.get('token-file') ?? null,
    as: given.get('as') ?? null,
    dataDir: async () => (data === undefined ? usualDataDir() : resolve(io.workingDir, data)),
  };
}

/** Loaded only here: reading the configuration takes longer than most verbs. */
async function usualDataDir(): Promise<string> {
  const { outlineConfig, readEnvironment } = await import('../platform/config.ts');
  const environment = readEnvironment();
  if (environment.configPath !== null)
    return (await outlineConfig({ path: environment.configPath, environment })).dataDir;
  return resolve(checkoutDir, environment.dataDir ?? defaultDataDir);
}

async function help(name: string | undefined, io: CliIo): Promise<number> {
  const verb = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb !== undefined) return runVerb(verb, ['--help'], io);
  const widest = Math.max(...Object.keys(verbs).map((item) => item.length));
  for (const [group, title] of Object.entries(groupTitles)) {
    printLine(io.stdout, title);
    for (const [item, { summary }] of Object.entries(verbs).filter(
      ([, each]) => each.group === group,
    ))
      printLine(io.stdout, `  ${item.padEnd(widest)}  ${summary}`);
  }
  printLine(
    io.stdout,
    '\nsallyport help VERB says more. Everywhere: --json; --as NAME; --data DIR of an embedded engine, or --server URL --token-file FILE.',
  );
  return name === undefined ? exitCodes.done : exitCodes.usage;
}

const groupTitles: Readonly<Record<Verb['group'], string>> = {
  engine: 'Engine',
  incidents: 'Incidents',
  approvals: 'Decisions',
  ledger: 'Ledger',
  offline: 'Without an engine',
};
