import { describe, expect, it } from 'vitest';
import { readConfigText } from '../../../platform/config-text.ts';
import { interpolate } from '../../../platform/variables.ts';

const problemsOf = (text: string): string => {
  try {
    readConfigText(text, 'sallyport.yaml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const refusals: readonly (readonly [string, string, string])[] = [
  [
    'a key that nobody knows, with its place and the known ones',
    'listen:\n  prot: 80\n',
    'sallyport.yaml:2:3: listen.prot: no such key; known here: host, port, publicUrl',
  ],
  ['a key twice', 'tenant: a\ntenant: b\n', 'sallyport.yaml:2:1: Map keys must be unique'],
  ['text that is not YAML', 'sources: {a: [', 'sallyport.yaml:1:'],
  ['a tenant in capitals', 'tenant: Main\n', '1:9: tenant: must be lower-case'],
  ['a port that is no port', 'listen: { port: 70000 }\n', 'listen.port'],
  [
    'a kind of verification that there is not',
    'sources: { s: { verify: { kind: none } } }\n',
    'sources.s.verify.kind: kind must name a known kind',
  ],
  [
    'a source without secrets',
    'sources: { s: { verify: { kind: bearer, secrets: [] } } }\n',
    'must be at least 1',
  ],
  [
    'a source whose verification is missing',
    'sources: { s: {} }\n',
    'sources.s.verify: is missing',
  ],
  [
    'a connection without a connector',
    'connections: { c: { address: "https://x.example" } }\n',
    'connections.c.connector: is missing',
  ],
  [
    'a role that there is not',
    "tokens: [{ name: a, person: a, roles: [root], token: '${T}' }]\n",
    'tokens.0.roles.0: must be one of source, analyst',
  ],
  [
    'more connections than PostgreSQL has',
    'limits: { databaseConnectionsMax: 101 }\n',
    'limits.databaseConnectionsMax: must be at most 100',
  ],
];

describe('a configuration file', () => {
  it.each(refusals)('is refused for %s', (_what, text, wanted) => {
    expect(problemsOf(text)).toContain(wanted);
  });

  it.each([
    ['of a source', 'sources: { s: { verify: { kind: bearer, secrets: [hunter2-secret] } } }\n'],
    ['of a connection', 'connections: { c: { connector: okta, secret: hunter2-secret } }\n'],
    [
      'of an API token',
      'tokens: [{ name: a, person: a, roles: [admin], token: hunter2-secret }]\n',
    ],
    ['of the database', 'database: { url: "postgres://u:hunter2-secret@h/d" }\n'],
    ['of Temporal', 'temporal: { apiKey: hunter2-secret }\n'],
  ])('is refused for a literal secret %s, without repeating it', (_where, text) => {
    const problems = problemsOf(text);
    expect(problems).toContain('must be a reference');
    expect(problems).not.toContain('hunter2');
  });

  it('names every problem at once, each on a line of its own', () => {
    expect(
      problemsOf('tenant: X\nlisten: { prot: 1 }\nlimits: { backlogMax: 0 }\n').split('\n'),
    ).toHaveLength(3);
  });

  it('may be empty: everything has a default', () => {
    const config = readConfigText('', 'sallyport.yaml');
    expect(config).toMatchObject({
      tenant: 'main',
      listen: { host: '127.0.0.1', port: 8321 },
      temporal: { namespace: 'sallyport' },
      sources: {},
    });
  });
});

describe('a variable in a text', () => {
  it('is replaced by its value, or by the default where it is not set or empty', () => {
    expect(interpolate('a ${X} ${Y:-why} ${Z:-}', { X: '1', Y: '' })).toBe('a 1 why ');
  });

  it('without value and default is an error that names it', () => {
    expect(() => interpolate('${NOT_SET}', {})).toThrow('the variable NOT_SET is not set');
  });

  it('is not found among what every object inherits', () => {
    expect(() => interpolate('${constructor}', {})).toThrow('not set');
  });

  it('is not looked for again in what it was replaced by', () => {
    expect(interpolate('${X}', { X: '${Y}', Y: 'no' })).toBe('${Y}');
  });
});
