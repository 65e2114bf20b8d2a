/** One sample of an exposition: `name{label="value"} number`. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  /** Family → counter, gauge, histogram. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
  /** The value of exactly this series; undefined where it is not there. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const labelSyntax = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const sampleSyntax = new RegExp(
  String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(${labelSyntax}(?:,${labelSyntax})*)?\})? ([+-]?(?:Inf|NaN|\d+(?:\.\d+)?(?:e[+-]?\d+)?))$`,
);
/** Which names the samples of a family may have, by its type. */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
};

/** Reads OpenMetrics 1.0 text as strictly as a scraper may; throws at the first line that breaks the format. */
export function parseOpenMetrics(text: string): Exposition {
  if (!text.endsWith('# EOF\n')) throw new Error('the exposition does not end with # EOF');
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  let family = '';
  for (const line of text.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === undefined) samples.push(readSample(line, family, types));
    else if (kind === 'TYPE') {
      if (types.has(name)) throw new Error(`${name} has two types`);
      types.set(name, rest);
      family = name;
    }
  }
  return { types, samples, value: (name, labels = {}) => find(samples, name, labels) };
}

function readSample(line: string, family: string, types: ReadonlyMap<string, string>): Sample {
  const [, name, labels = '', value = ''] = sampleSyntax.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const allowed = suffixes[types.get(family) ?? ''] ?? [];
  if (!allowed.some((suffix) => name === `${family}${suffix}`))
    throw new Error(`${name} does not belong to ${family}`);
  const pairs = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key = '', inner = '']) => [key, inner])),
    value: Number(value.replace('Inf', 'Infinity')),
  };
}

function find(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  const wanted = Object.entries(labels);
  const isIt = (sample: Sample): boolean =>
    sample.name === name &&
    Object.keys(sample.labels).length === wanted.length &&
    wanted.every(([key, value]) => sample.labels[key] === value);
  return samples.find(isIt)?.value;
}
