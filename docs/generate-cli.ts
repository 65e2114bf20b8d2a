import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CliIo } from '../cli/io.ts';
import { exitCodes } from '../cli/io.ts';
import { createSession } from '../cli/session.ts';
import { verbs } from '../cli/verbs.ts';

export const cliPage = fileURLToPath(new URL('./reference/cli.md', import.meta.url));

const introduction = `# Commands

Generated from the usage texts in \`cli/\` by \`docs/generate-cli.ts\`; edit those. \`./sallyport help VERB\` prints the same.

Verbs that talk to an engine take \`--data DIR\`, the data directory of an embedded one (left out: the usual one), or
\`--server URL --token-file FILE\`; and \`--as NAME\`, who one is there. \`--json\` prints JSON where a verb lists or shows
something. A file with a token or a key must be readable by its owner only.

| exit code | meaning |
|---|---|
| ${exitCodes.done} | done |
| ${exitCodes.refused} | the verb worked and the answer is no: problems found, verification failed, vote refused |
| ${exitCodes.usage} | the command line is wrong |
| ${exitCodes.unavailable} | the engine cannot be reached, or has trouble of its own |
| ${exitCodes.denied} | no such thing, or not for this token |
`;

/** The whole page; a test compares it with the file. Nothing is run: a usage text is there before its verb is. */
export async function renderCli(): Promise<string> {
  const session = createSession(
    { server: null, tokenFile: null, as: null, dataDir: async () => '' },
    deafIo,
  );
  const sections = [];
  for (const [name, verb] of Object.entries(verbs)) {
    const { usage } = await verb.load(session);
    sections.push(
      `## ${name}\n\n${sentence(verb.summary)}\n\n\`\`\`text\n${usage.trimEnd()}\n\`\`\`\n`,
    );
  }
  return [introduction, ...sections].join('\n');
}

const sentence = (summary: string): string =>
  `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;

const silent = { write: (): void => undefined, isTerminal: false };
const deafIo: CliIo = {
  stdout: silent,
  stderr: silent,
  stdin: { read: async () => Buffer.alloc(0), isTerminal: false },
  clock: { nowMs: () => 0 },
  workingDir: '/',
};

if (import.meta.main) writeFileSync(cliPage, await renderCli());
