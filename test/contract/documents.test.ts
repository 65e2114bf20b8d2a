import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../cli/verbs.ts';
import { filesOfRepository, root, textOf } from '../support/repository.ts';

const pages = filesOfRepository().filter((path) => path.endsWith('.md'));

/** Lines of shell that call our command, joined where a backslash ends them, without what follows a `#`. */
function commandsIn(page: string): readonly string[] {
  const shell = [...textOf(page).matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block);
  const inline = [...textOf(page).matchAll(/`(\.\/sallyport [^`]+)`/g)].map(
    ([, call = '']) => call,
  );
  return [...shell.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n')), ...inline]
    .map((line) => line.replace(/\s#.*$/, ''))
    .filter((line) => line.includes('./sallyport '));
}

const calls = pages.flatMap((page) =>
  commandsIn(page).map((line): [string, string] => [page, line]),
);
/** What every verb that talks to an engine takes. */
const everywhere = ['--json', '--as', '--data', '--server', '--token-file', '--key'];
const usages = new Map(
  await Promise.all(
    Object.entries(verbs).map(async ([name, verb]) => {
      const unused = (): never => {
        throw new Error('usage texts need no engine');
      };
      const { usage } = await verb.load({ client: unused, voter: unused });
      return [name, usage] as const;
    }),
  ),
);

describe('a command in a document', () => {
  it('is found where there are some', () => {
    expect(calls.length).toBeGreaterThan(20);
  });

  it.each(calls)('%s: %s', (_page, line) => {
    const [, verb = '', rest = ''] = /\.\/sallyport (\S+)(.*)/.exec(line) ?? [];
    if (verb === 'help') return;
    const usage = usages.get(verb);
    expect(usage, `there is no verb ${verb}`).toBeDefined();
    const own = rest.split(/[;|&]/)[0] ?? '';
    const flags = [...own.matchAll(/(?<=\s)--[a-z][a-z-]*/g)].map(([flag]) => flag);
    const unknown = flags.filter((flag) => !usage?.includes(flag) && !everywhere.includes(flag));
    expect(unknown, `sallyport ${verb} does not know`).toEqual([]);
  });
});

const ofDataDirectory = /^(keys|secrets|ledger)\//;

describe('a file named in a document', () => {
  it.each(pages)('%s names files that are there', (page) => {
    const named = [
      ...textOf(page).matchAll(/`((?:[a-z][a-z-]*\/)+[\w.-]+\.(?:ts|mjs|yaml|json|sh))`/g),
    ];
    const folder = page.startsWith('bench/') ? ['', 'bench/'] : [''];
    const missing = named
      .map(([, path = '']) => path)
      .filter((path) => !ofDataDirectory.test(path))
      .filter((path) => !folder.some((prefix) => existsSync(join(root, prefix, path))));
    expect(missing).toEqual([]);
  });
});
