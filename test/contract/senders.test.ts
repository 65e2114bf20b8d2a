import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBody } from '../../intake/try.ts';
import { loadConfig, readEnvironment, type Config } from '../../platform/config.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/how-to/senders/', root);
const pages = readdirSync(folder).filter((name) => name !== 'README.md');
const textOf = (page: string): string => readFileSync(new URL(page, folder), 'utf8');
let dir = '';
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'sallyport-senders-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The sources of all `sources:` blocks of a page, as one file. */
function sourcesOf(page: string): string {
  const blocks = [...textOf(page).matchAll(/```yaml\nsources:\n([^]*?)```/g)];
  return `sources:\n${blocks.map(([, block = '']) => block).join('')}`;
}

async function configOf(page: string): Promise<Config> {
  const path = join(dir, `${page}.yaml`);
  const text = sourcesOf(page);
  await writeFile(path, text);
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  const variables = Object.fromEntries(names.map((name) => [name, `made-up-${name}-0123456789`]));
  return loadConfig({ path, environment: readEnvironment({}), variables });
}

describe.each(pages)('docs/how-to/senders/%s', (page) => {
  test('configures sources that load, and sends to those', async () => {
    const config = await configOf(page);
    const sent = [...textOf(page).matchAll(/127\.0\.0\.1:8321\/v1\/alerts\/([\w-]+)/g)];
    for (const [, name = ''] of sent) expect(Object.keys(config.sources)).toContain(name);
    expect(Object.keys(config.sources).length).toBeGreaterThan(0);
  });

  test('names samples that are read', async () => {
    const named = [...textOf(page).matchAll(/fixtures\/(?:alerts|formats)\/[\w.-]+/g)].map(
      ([path]) => path,
    );
    expect(named.length).toBeGreaterThan(0);
    const formats = new Set<string>();
    for (const path of named)
      for (const finding of readBody(await readFile(new URL(path, root))))
        formats.add(finding.format);
    expect(formats).not.toContain('generic');
    expect(formats).not.toContain('unparsed');
    for (const [, format = ''] of textOf(page).matchAll(/incident list --format ([\w-]+) --limit/g))
      expect(formats).toContain(format);
  });
});
