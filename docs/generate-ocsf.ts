import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// node docs/generate-ocsf.ts GIT_DIR [TAG]: reads a copy of https://github.com/ocsf/ocsf-schema (Apache-2.0) and writes
// the enums that the export uses and the JSON Schema that its test validates against. It runs by hand, at a new version.
const [gitDir = '', tag = 'v1.8.0'] = process.argv.slice(2);
if (gitDir === '') throw new Error('usage: node docs/generate-ocsf.ts GIT_DIR [TAG]');

interface Attribute {
  readonly requirement?: string;
  readonly type?: string;
  readonly is_array?: boolean;
  readonly enum?: { readonly [value: string]: { readonly caption: string } };
  readonly object_type?: string;
}
interface Part {
  readonly extends?: string;
  readonly uid?: number;
  readonly caption?: string;
  readonly constraints?: {
    readonly at_least_one?: readonly string[];
    readonly just_one?: readonly string[];
  };
  readonly attributes: { readonly [name: string]: Attribute };
}

const read = <Shape>(path: string): Shape =>
  JSON.parse(
    execFileSync('git', ['--git-dir', gitDir, 'show', `${tag}:${path}`], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    }),
  ) as Shape; // The schema repository's own files, read by hand.

interface Observed {
  readonly caption?: string;
  readonly observable?: number;
}
const words = read<
  Part & { readonly types: { readonly attributes: { readonly [name: string]: Observed } } }
>('dictionary.json');
const dictionary = words.attributes;

/** What is an observable is said where a type, an attribute or an object is defined. */
function observables(): Attribute {
  const found: { [id: string]: { caption: string } } = {
    0: { caption: 'Unknown' },
    99: { caption: 'Other' },
  };
  const files = execFileSync(
    'git',
    ['--git-dir', gitDir, 'ls-tree', '--name-only', tag, 'objects/'],
    { encoding: 'utf8' },
  );
  const all: readonly Observed[] = [
    ...Object.values(words.types.attributes),
    ...(Object.values(dictionary) as readonly Observed[]),
    ...files
      .split('\n')
      .filter((path) => path.endsWith('.json'))
      .map((path) => read<Observed>(path)),
  ];
  for (const { observable, caption = '' } of all)
    if (observable !== undefined) found[String(observable)] = { caption };
  return { enum: found };
}
const objects =
  'finding_info analytic attack technique sub_technique tactic compliance remediation resource_details observable metadata product evidences actor user process vulnerability cve file'.split(
    ' ',
  );
const classes = ['vulnerability_finding', 'compliance_finding', 'detection_finding'];

function resolved(folder: string, name: string): Part {
  const own = read<Part>(`${folder}/${name}.json`);
  const above = own.extends;
  const base =
    above === undefined ? null : resolved(above === 'base_event' ? 'events' : folder, above);
  const attributes: { [name: string]: Attribute } = { ...base?.attributes };
  for (const [key, attribute] of Object.entries(own.attributes)) {
    if (key === '$include') continue;
    const before = attributes[key];
    attributes[key] = {
      ...before,
      ...attribute,
      ...(before?.enum || attribute.enum ? { enum: { ...before?.enum, ...attribute.enum } } : {}),
    };
  }
  return { ...base, ...own, attributes };
}

function shapeOf(part: string, name: string, attribute: Attribute): object {
  const said = dictionary[name] ?? {};
  const type = attribute.object_type ?? attribute.type ?? said.type ?? '';
  const values = Object.keys(
    name === 'type_id' && part === 'observable'
      ? (observables().enum ?? {})
      : { ...said.enum, ...attribute.enum },
  );
  const one = typed(type, values);
  return (attribute.is_array ?? said.is_array) ? { type: 'array', items: one } : one;
}

function typed(type: string, values: readonly string[]): object {
  if (objects.includes(type)) return { $ref: `#/$defs/${type}` };
  if (['integer_t', 'long_t', 'timestamp_t', 'port_t'].includes(type))
    return values.length > 0 ? { type: 'integer', enum: values.map(Number) } : { type: 'integer' };
  if (type === 'float_t') return { type: 'number' };
  if (type === 'boolean_t') return { type: 'boolean' };
  if (type === 'json_t' || type === 'object') return {};
  return type.endsWith('_t') ? { type: 'string' } : { type: 'object' };
}

function schemaOf(part: string, { attributes, constraints }: Part): object {
  const needed = (names: readonly string[]): readonly object[] =>
    names.map((name) => ({ required: [name] }));
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.entries(attributes).flatMap(([name, { requirement }]) =>
      requirement === 'required' ? [name] : [],
    ),
    properties: Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => [name, shapeOf(part, name, attribute)]),
    ),
    ...(constraints?.at_least_one ? { anyOf: needed(constraints.at_least_one) } : {}),
    ...(constraints?.just_one ? { oneOf: needed(constraints.just_one) } : {}),
  };
}

const both = (name: string, part: Part): Attribute => ({
  enum: { ...dictionary[name]?.enum, ...part.attributes[name]?.enum },
});

/** OCSF's own compiler derives these three from the class. */
function classSchema(part: Part): object {
  const uid = 2000 + (part.uid ?? 0);
  const activities = Object.keys(both('activity_id', part).enum ?? {}).map(Number);
  const schema = schemaOf('class', part) as { readonly properties: object }; // Made just above.
  return {
    ...schema,
    properties: {
      ...schema.properties,
      category_uid: { const: 2 },
      class_uid: { const: uid },
      type_uid: { enum: activities.map((activity) => uid * 100 + activity) },
    },
  };
}

const origin = `Generated from https://github.com/ocsf/ocsf-schema (Apache-2.0), tag ${tag}, by docs/generate-ocsf.ts.`;
const parts = classes.map((name) => [name, resolved('events/findings', name)] as const);
writeFileSync(
  fileURLToPath(new URL('../test/contract/ocsf-schema.json', import.meta.url)),
  `${JSON.stringify({ $comment: origin, $defs: Object.fromEntries([...objects.map((name) => [name, schemaOf(name, resolved('objects', name))]), ...parts.map(([, part]) => [`class_${2000 + (part.uid ?? 0)}`, classSchema(part)])]) }, null, 1)}\n`,
);

const captions = (attribute: Attribute | undefined): string =>
  Object.entries(attribute?.enum ?? {})
    .toSorted(([one], [other]) => Number(one) - Number(other))
    .map(
      ([value, { caption }]) =>
        `  ${value}: ${JSON.stringify(caption).replaceAll("'", '’').replaceAll('"', "'")},`,
    )
    .join('\n');
const table = (name: string, attribute: Attribute | undefined): string =>
  `export const ${name}: Readonly<Record<number, string>> = {\n${captions(attribute)}\n};\n`;
writeFileSync(
  fileURLToPath(new URL('../domain/ocsf-enums.ts', import.meta.url)),
  [
    `// ${origin}`,
    `export const ocsfVersion = '${tag.replace('v', '')}';\n`,
    `/** Classes of the category Findings (2). */\nexport const ocsfClasses: Readonly<Record<number, string>> = {\n${parts.map(([, part]) => `  ${2000 + (part.uid ?? 0)}: '${part.caption ?? ''}',`).join('\n')}\n};\n`,
    table('ocsfSeverities', dictionary['severity_id']),
    table('ocsfFindingStatuses', both('status_id', resolved('events/findings', 'finding'))),
    table('ocsfComplianceStatuses', both('status_id', resolved('objects', 'compliance'))),
    table('ocsfObservableTypes', observables()),
  ].join('\n'),
);
