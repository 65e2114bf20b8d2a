/** Bounds that are checked when a rule or playbook is loaded, so that no expression can stall a workflow task. */
export const expressionLimits = {
  sourceChars: 4_096,
  bracketDepth: 32,
  /** Runs of prefix operators and nested conditionals recurse in the parser as brackets do. */
  prefixRun: 32,
  conditionals: 64,
  nodes: 500,
  loopDepth: 2,
  cost: 10_000,
  patternChars: 256,
  /** A loop over a list that the table below does not name: longer ones fail when evaluated. */
  loopItems: 100,
  /** What `+` may build. */
  textChars: 65_536,
  listItems: 10_000,
} as const;

/** Lists of a finding whose length intake bounds (`findingLimits`): loops over them cost less. */
export const knownLists: { readonly [path: string]: number } = {
  'finding.resources': 20,
  'finding.actors': 10,
  'finding.observables': 50,
  'finding.attacks': 20,
  'finding.notes': 10,
};

/** Every function and operator that an expression may call; all else is refused at load. */
export const functions: ReadonlySet<string> = new Set([
  '_+_',
  '_-_',
  '_*_',
  '_/_',
  '_%_',
  '-_',
  '!_',
  '_==_',
  '_!=_',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
  '_&&_',
  '_||_',
  '_?_:_',
  '_[_]',
  '@in',
  '@not_strictly_false',
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'type',
  'dyn',
  'timestamp',
  'duration',
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
]);
export const typeNames: ReadonlySet<string> = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'list',
  'map',
  'null_type',
  'type',
]);
export const matchesCost = 100;
