import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderErrors } from '../docs/generate-errors.ts';
import { errorTable } from '../domain/errors.ts';
import { filesOfRepository, linesOf, root, textOf } from './support/repository.ts';

const files = filesOfRepository();
const code = files.filter((path) => /\.(ts|mjs)$/.test(path));
const rooms = code.filter(
  (path) => path.includes('/') && !/^(bootstrap|test|bench|docs)\//.test(path),
);
const adrs = files.filter((path) => /^docs\/adr\/\d{4}-/.test(path));

/** The paths whose text matches, so that a failure names them. This file holds the patterns themselves. */
const matching = (paths: readonly string[], pattern: RegExp): readonly string[] =>
  paths.filter((path) => path !== 'test/tidy.test.ts' && pattern.test(textOf(path)));

describe('names', () => {
  it('no file is called after what it is not', () => {
    const banned =
      /^(utils?|helpers?|common|misc|types|constants|enums|interfaces|manager|service)\./;
    expect(code.filter((path) => banned.test(basename(path)))).toEqual([]);
  });

  it("the only barrel is Temporal's entry", () => {
    const barrels = code.filter((path) => basename(path).startsWith('index.'));
    expect(barrels.filter((path) => path !== 'workflows/index.ts')).toEqual([]);
  });

  it('files are named in kebab-case', () => {
    const named = /^(\.?[a-z0-9]+(-[a-z0-9]+)*)(\.[a-z0-9-]+)+$/;
    expect(code.filter((path) => !named.test(basename(path)))).toEqual([]);
  });
});

describe('sizes', () => {
  it('no file is longer than 250 lines, and no file of tests longer than 400', () => {
    const long = code.filter((path) => linesOf(path) > (path.startsWith('test/') ? 400 : 250));
    expect(long.map((path) => `${path}: ${linesOf(path)}`)).toEqual([]);
  });

  it('a composition root fits on a screen', () => {
    const roots = ['cli/main.ts', 'server/main.ts'].filter((path) => existsSync(join(root, path)));
    expect(roots.filter((path) => linesOf(path) > 60)).toEqual([]);
  });
});

describe('rooms', () => {
  it('every room has its row in the import rules', () => {
    const { overrides } = JSON.parse(textOf('.oxlintrc.json')) as {
      overrides: { files: string[] }[];
    };
    const walled = new Set(
      overrides.flatMap((override) => override.files).map((glob) => glob.split('/')[0]),
    );
    const folders = new Set(rooms.map((path) => path.split('/')[0]));
    expect([...folders].filter((folder) => !walled.has(folder))).toEqual([]);
  });

  it('only platform/config.ts reads the environment', () => {
    const reads = matching(
      rooms,
      /\bprocess\s*(\?\.|\.|\[['"])env\b|from 'node:process'|import\.meta\.env/,
    );
    expect(reads.filter((path) => path !== 'platform/config.ts')).toEqual([]);
  });

  it('the domain asks no clock', () => {
    expect(
      matching(
        rooms.filter((path) => path.startsWith('domain/')),
        /new Date\(\)|\bsetTimeout\(/,
      ),
    ).toEqual([]);
  });

  it('lint rules are switched off only with a reason beside it', () => {
    expect(matching(code, /(oxlint|eslint)-disable(?!.* -- \S)/)).toEqual([]);
  });

  it('what is left to do names its issue', () => {
    expect(matching(rooms, /\b(TODO|FIXME|XXX)\b(?!\(#\d+\))/)).toEqual([]);
  });
});

describe('tests', () => {
  const tests = files.filter((path) => /^test\/.*\.ts$/.test(path));

  it('nothing sleeps to wait', () => {
    const sleep = /node:timers\/promises|new Promise\(\(?\w+\)? => setTimeout\(/;
    expect(matching(tests, sleep)).toEqual([]);
  });

  it('no test is left focused', () => {
    expect(matching(tests, /\b(it|describe|test)\.only\(/)).toEqual([]);
  });
});

describe('what must not be committed', () => {
  it('paths of the machine on which it was written', () => {
    const places = [root, join(dirname(root), 'shared')].filter(
      (path) => path.split('/').length > 2,
    );
    const texts = files.filter((path) => !/^(Dockerfile|docker-compose\.yml)$/.test(path));
    expect(texts.filter((path) => places.some((place) => textOf(path).includes(place)))).toEqual(
      [],
    );
  });

  it('addresses of package registries', () => {
    expect(textOf('package-lock.json')).not.toContain('"resolved"');
    expect(textOf('.npmrc')).not.toMatch(/registry\s*=|_auth|:\/\//);
    expect(textOf('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });

  it('versions of packages that may move', () => {
    const manifest = JSON.parse(textOf('package.json')) as Record<string, Record<string, string>>;
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
    const versions = kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}));
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
  });
});

describe('documents', () => {
  it('the error reference is what the table says (node docs/generate-errors.ts)', () => {
    expect(textOf('docs/reference/errors.md')).toBe(renderErrors());
  });

  it.each(Object.keys(errorTable))('%s is documented with what to do', (errorCode) => {
    expect(textOf('docs/reference/errors.md')).toMatch(
      new RegExp(`^\\| \`${errorCode}\` \\|.*[.!] \\|$`, 'm'),
    );
  });

  it.each([
    ['README.md', 60, 100],
    ['CONTRIBUTING.md', 60, 120],
    ['ARCHITECTURE.md', 100, 350],
    ['SECURITY.md', 15, 60],
    ['CHANGELOG.md', 5, 2000],
    ['LICENSE', 190, 220],
  ])('%s has %i to %i lines', (path, least, most) => {
    expect(linesOf(path)).toBeGreaterThanOrEqual(least);
    expect(linesOf(path)).toBeLessThanOrEqual(most);
  });

  it('the changelog has a place for what comes next', () => {
    expect(textOf('CHANGELOG.md')).toMatch(/^## \[?Unreleased\]?/m);
  });

  it('decisions are numbered without gaps', () => {
    const numbers = adrs.map((path) => Number(basename(path).slice(0, 4)));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
  });

  it('every decision is in the index', () => {
    const index = textOf('docs/adr/README.md');
    expect(adrs.filter((path) => !index.includes(`(${basename(path)})`))).toEqual([]);
  });

  it('a decision has 25 to 60 lines', () => {
    const odd = adrs.filter((path) => linesOf(path) < 25 || linesOf(path) > 60);
    expect(odd.map((path) => `${path}: ${linesOf(path)}`)).toEqual([]);
  });

  it('links between documents lead somewhere', () => {
    const pages = files.filter((path) => path.endsWith('.md'));
    const broken = pages.flatMap((path) =>
      [...textOf(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
