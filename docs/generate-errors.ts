import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorTable } from '../domain/errors.ts';

export const errorsPage = fileURLToPath(new URL('./reference/errors.md', import.meta.url));

const introduction = `# Errors

Generated from \`domain/errors.ts\` by \`docs/generate-errors.ts\`; edit that.

Every error has a stable code. The API answers with a problem document (RFC 9457) whose \`type\` ends in the code, the command
line prints the code, and Temporal shows it as the failure's type. *retry* says what the engine does by itself: \`never\`,
\`backoff\` (again, with growing pauses) or \`after\` (again when the other side allows).

| code | family | retry | HTTP | what to do |
|---|---|---|---|---|
`;

/** The whole page; a test compares it with the file. */
export function renderErrors(): string {
  const rows = Object.entries(errorTable).map(
    ([code, row]) =>
      `| \`${code}\` | ${row.family} | ${row.retry} | ${row.status} | ${row.action} |\n`,
  );
  return introduction + rows.join('');
}

if (import.meta.main) writeFileSync(errorsPage, renderErrors());
