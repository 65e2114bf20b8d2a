import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { configSchema } from '../platform/config.schema.ts';

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

export const configurationPage = fileURLToPath(
  new URL('./reference/configuration.md', import.meta.url),
);

const introduction = `# Configuration

Generated from \`platform/config.schema.ts\` by \`docs/generate-configuration.ts\`; edit that.

\`sallyport.yaml\` is looked for in the folder of the checkout, or where \`--config\` or \`SALLYPORT_CONFIG\` says. Keys that are
not listed here are errors. A text may hold \`\${NAME}\` or \`\${NAME:-default}\`, a variable of the environment. A *reference* is
\`\${NAME}\` or \`file:PATH\`: secrets are never written into this file. Relative paths start at the file's own folder, and
\`\${SALLYPORT_DATA}\` is the data directory.

| key | type | default | meaning |
|---|---|---|---|
`;

const environment = `
## Environment

| variable | meaning |
|---|---|
| \`SALLYPORT_CONFIG\` | another \`sallyport.yaml\` |
| \`SALLYPORT_DATA\` | the data directory |
| \`SALLYPORT_SECRETS\` | in a container: the folder into which its runtime mounts secrets; their files may be readable to all accounts, of which a container has one |
| \`DATABASE_URL\` | your PostgreSQL instead of the embedded one |
| \`TEMPORAL_ADDRESS\`, \`TEMPORAL_NAMESPACE\` | your Temporal instead of the embedded one |
| \`SALLYPORT_TEMPORAL_CLI\`, \`TEMPORAL_CLI\` | the \`temporal\` program of the embedded stack |
| \`SALLYPORT_POSTGRES_BIN\` | the folder of PostgreSQL's programs |
| \`SALLYPORT_WORKFLOW_BUNDLE\` | a workflow bundle that was built before |
`;

/** The page's text, from the schema alone. */
export function renderConfigurationPage(): string {
  // zod answers JSON Schema, whose keywords `Node` lists as far as this page shows them.
  const root = z.toJSONSchema(configSchema, { io: 'input' }) as Node;
  return `${introduction}${rows(root, '').join('\n')}\n${environment}`;
}

function rows(node: Node, path: string): readonly string[] {
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [row(at, child, required.has(key)), ...below(child, at)];
  });
}

function below(node: Node, path: string): readonly string[] {
  if (node.properties !== undefined) return rows(node, path);
  if (node.items?.properties !== undefined) return rows(node.items, `${path}[]`);
  if (typeof node.additionalProperties === 'object')
    return rows(node.additionalProperties, `${path}.<name>`);
  return (node.oneOf ?? []).flatMap((variant) =>
    rows(variant, `${path} (${textOf(variant.properties?.['kind']?.const ?? '')})`),
  );
}

function row(path: string, node: Node, required: boolean): string {
  const value = required ? 'required' : defaultText(node);
  return `| \`${path}\` | ${typeText(node)} | ${value} | ${escaped(node.description ?? '')} |`;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

function defaultText(node: Node): string {
  if (node.default === undefined || typeof node.default === 'object') return '';
  return `\`${textOf(node.default)}\``;
}

function typeText(node: Node): string {
  if (node.const !== undefined) return `\`${textOf(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.pattern?.includes('file:') === true) return 'reference';
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeText))].join(' or ');
  if (node.oneOf !== undefined) return 'one of the kinds below';
  if (node.items !== undefined) return `list of ${typeText(node.items)}`;
  if (node.type === 'integer' && node.maximum !== undefined)
    return `${node.minimum} to ${node.maximum}`;
  return node.type === 'object' && typeof node.additionalProperties === 'object'
    ? 'name → object'
    : (node.type ?? 'any');
}

const escaped = (text: string): string => text.replaceAll('|', '\\|');

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(configurationPage, renderConfigurationPage());
