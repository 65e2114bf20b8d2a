import { z } from 'zod';
import { playbookFile } from '../domain/playbook.schema.ts';

const head = {
  $id: 'urn:sallyport:playbook:1',
  title: 'Sallyport playbook',
  description:
    'Generated from domain/playbook.schema.ts by `node catalog/write-playbook-schema.ts`; do not edit.',
} as const;

/** The text of `playbooks/playbook.schema.json`. What it cannot say (references, gates, grants) `playbook check` says. */
export function playbookSchema(): string {
  const schema = z.toJSONSchema(playbookFile, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}
