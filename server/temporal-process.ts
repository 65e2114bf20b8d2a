import { SallyportError } from '../domain/errors.ts';
import type { Readable } from 'node:stream';

export interface TemporalFlags {
  readonly port: number;
  readonly namespace: string;
  /** Of each task queue, see `temporal-partitions.ts`. */
  readonly partitions: number;
  /** Null keeps everything in memory. */
  readonly file: string | null;
  /** Null leaves the web UI out. */
  readonly uiPort: number | null;
}

/**
 * One history shard polls its queues 20 times a second by default, which makes every task wait up to 50 ms: three
 * activities in turn take 350 ms with the defaults and 83 ms with these.
 */
const dynamicConfig = ({ partitions }: TemporalFlags): Readonly<Record<string, string>> => ({
  'history.transferProcessorMaxPollRPS': '1000',
  'history.timerProcessorMaxPollRPS': '1000',
  'history.visibilityProcessorMaxPollRPS': '1000',
  'matching.numTaskqueueReadPartitions': String(partitions),
  'matching.numTaskqueueWritePartitions': String(partitions),
});

/** 32 empty workflows a second with SQLite's defaults, 59 with these. */
const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'] as const;

/** Only keyed hashes and enums go into these: they are never encrypted. */
export const searchAttributes: Readonly<Record<string, 'Keyword'>> = {
  SallyportIncident: 'Keyword',
  SallyportPlaybook: 'Keyword',
  SallyportPurpose: 'Keyword',
};

/** The arguments of `temporal` for a dev server on loopback that reads no one else's settings and calls no one. */
export function temporalArguments(flags: TemporalFlags): readonly string[] {
  return [
    ...[
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(flags.port),
      '--namespace',
      flags.namespace,
    ],
    ...['--disable-config-file', '--disable-config-env', '--ui-disable-news-fetch'],
    ...['--log-level', 'error', '--log-format', 'json', '--color', 'never'],
    ...(flags.uiPort === null ? ['--headless'] : ['--ui-port', String(flags.uiPort)]),
    ...Object.entries(dynamicConfig(flags)).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${value}`,
    ]),
    ...Object.entries(searchAttributes).flatMap(([key, type]) => [
      '--search-attribute',
      `${key}=${type}`,
    ]),
    ...(flags.file === null
      ? []
      : ['--db-filename', flags.file, ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma])]),
  ];
}

/** `home` keeps the server away from its user's files. */
export const temporalEnvironment = (home: string): Readonly<Record<string, string>> => ({
  HOME: home,
  TEMPORAL_VERSION_CHECK_DISABLED: '1',
});

interface Starting {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  once(event: 'exit', listener: () => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
}

const readyLine = /^Temporal Server:/m;
const outputCharsMax = 4_000;

/** Resolves when the server prints its address, which it does once it serves; rejects with its last words otherwise. */
export async function temporalReady(child: Starting): Promise<void> {
  let said = '';
  let complained = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-outputCharsMax);
      if (readyLine.test(said)) resolve();
    });
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (complained = (complained + chunk.toString()).slice(-outputCharsMax)),
    );
    child.once('error', reject);
    child.once('exit', () =>
      reject(
        new SallyportError('TEMPORAL_UNAVAILABLE', `Temporal did not start: ${complained.trim()}`),
      ),
    );
  });
  for (const stream of [child.stdout, child.stderr]) stream?.removeAllListeners('data').resume();
}
