import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { namedKinds } from '../redaction/personal-names.ts';
import { actionOf, allRules, familyOf, type RedactionPolicy } from '../redaction/policy.ts';
import { profiles } from '../redaction/profiles.ts';
import type { Rule } from '../redaction/rule.ts';
import { optInKinds, personalRules } from '../redaction/rules/personal/all.ts';

export const redactionPage = fileURLToPath(new URL('./reference/redaction.md', import.meta.url));

const introduction = `# Redaction: kinds and profiles

Generated from \`redaction/\` by \`docs/generate-redaction.ts\`; edit that.

| action | what stands in its place |
|---|---|
| \`token\` | \`<kind:key.…>\`: HMAC-SHA-256 of the canonical value under a key for the tenant and the kind, 128 bits of it in base32. The same value gives the same token; the original is in the vault. |
| \`mask\` | \`[redacted:kind]\` |
| \`partial\` | \`[redacted:kind:1234]\`: the end of the value, four characters and three tenths of it at most |
| \`drop\` | nothing |
| \`keep\` | the value |

Secrets are masked in every profile, never made tokens. What is not listed stays: times, hashes, UUIDs, ARNs, SIDs, versions,
user agents, process trees, rule names, URLs, domains, files, and in \`default\` also user names, hosts, addresses and paths.
\`redaction:\` in [the configuration](configuration.md) chooses a profile, changes it per kind, family and place, and names
policies for sources and destinations. Every report carries the digest of its policy and rules.

Profiles: \`default\` for daily work; \`gdpr\` makes tokens of user names, hosts called after their owner and the segment of a
home path too; \`strict\` masks everything personal, addresses of machines included, for what leaves the house; \`pci\` shows the
end of card and account numbers; \`evidence\` keeps who and what was seen, for investigations.
`;

/** The page's text, from the rules and profiles alone. */
export function renderRedaction(): string {
  const kinds = new Map<string, readonly Rule[]>();
  for (const kind of namedKinds) kinds.set(kind, []);
  for (const rule of personalRules) kinds.set(rule.kind, [...(kinds.get(rule.kind) ?? []), rule]);
  const policies = Object.values<RedactionPolicy>(profiles);
  const head = ['kind', 'family', ...policies.map(({ name }) => `\`${name}\``), 'found by'];
  const rows = [...kinds]
    .toSorted(([a], [b]) => order(a).localeCompare(order(b)))
    .map(([kind, rules]) => [
      `\`${kind}\``,
      familyOf(kind) ?? '',
      ...policies.map((policy) => actionOf(policy, kind, 'personal')),
      foundBy(rules),
    ]);
  return [
    introduction,
    '## Personal data\n',
    table([head, ...rows]),
    `\nKinds that \`default\` keeps are looked for on demand: ${[...optInKinds]
      .toSorted()
      .map((kind) => `\`${kind}\``)
      .join(', ')}.\n`,
    '## Secrets\n',
    `${secretKinds()}\n`,
    '## Where the formats are documented\n',
    table([['rule', 'kind', 'believed', 'source'], ...personalRules.map(sourceRow)]),
    '',
  ].join('\n');
}

const order = (kind: string): string => `${familyOf(kind) ?? '~'} ${kind}`;

const foundBy = (rules: readonly Rule[]): string =>
  rules.length === 0 ? 'the name of its field' : rules.map((rule) => rule.id).join(', ');

function secretKinds(): string {
  const kinds = new Set(
    allRules.filter((rule) => rule.class === 'secret').map((rule) => rule.kind),
  );
  return [...kinds]
    .toSorted()
    .map((kind) => `\`${kind}\``)
    .join(', ');
}

function sourceRow(rule: Rule): readonly string[] {
  return [`\`${rule.id}\``, `\`${rule.kind}\``, believed(rule), rule.source];
}

function believed(rule: Rule): string {
  const check = rule.validator === undefined ? '' : 'checked';
  if (rule.near === undefined) return check === '' ? 'by its shape' : 'checked, anywhere';
  const words = [
    `near ${rule.near.words
      .slice(0, 2)
      .map((word) => `“${word.replaceAll('*', '…')}”`)
      .join(', ')} and the like`,
  ];
  if (rule.proof !== undefined) words.push('anywhere if well written');
  if (rule.alone === true) words.push('alone');
  return [check, words.join(', or ')].filter((part) => part !== '').join(', ');
}

const table = (rows: readonly (readonly string[])[]): string =>
  rows
    .flatMap((row, at) => {
      const line = `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
      return at === 0 ? [line, `|${'---|'.repeat(row.length)}`] : [line];
    })
    .join('\n');

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(redactionPage, renderRedaction());
