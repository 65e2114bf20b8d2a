import { writeFileSync } from 'node:fs';
import { playbookSchema } from './playbook-schema.ts';

/** Writes the published JSON Schema anew; a test fails while it is not up to date. */
writeFileSync(new URL('../playbooks/playbook.schema.json', import.meta.url), playbookSchema());
