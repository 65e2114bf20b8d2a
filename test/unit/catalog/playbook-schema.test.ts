import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isCases, yamlFiles } from '../../../catalog/load.ts';

/** Somebody else's validator on the schema that we publish: editors use such ones. */
const ajv = new Ajv2020({ strict: false, allErrors: true });
const schema = JSON.parse(
  readFileSync(join('playbooks', 'playbook.schema.json'), 'utf8'),
) as object;
const validate = ajv.compile(schema);
const playbooks = yamlFiles('playbooks').filter((file) => !isCases(file.name));

describe('the published schema of playbooks', () => {
  it.each(playbooks)('accepts $name', ({ text }) => {
    expect(validate(parse(text)) ? [] : validate.errors).toEqual([]);
  });

  it.each([
    ['a step that states its own effect class', 'effect: read'],
    ['a field that nobody knows', 'mystery: 1'],
  ])('refuses %s', (_what, line) => {
    const text = playbooks.find((file) => file.name.includes('plain-alert'))?.text ?? '';
    const changed = text.replace('    ticket: ensure\n', `    ticket: ensure\n    ${line}\n`);
    expect(changed).not.toBe(text);
    expect(validate(parse(changed))).toBe(false);
  });
});
