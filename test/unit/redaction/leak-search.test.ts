import { describe, expect, it } from 'vitest';
import { encodings, findLeaks, makeCanaries } from '../../support/canaries.ts';
import { createLeakSearch } from '../../support/leak-search.ts';

const canaries = makeCanaries('search');
const noise = Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 31 + (at >> 3)) % 256));

describe('the search for leaks', () => {
  it.each(['plain', 'base64', 'base64url', 'percent', 'uri', 'hex', 'json'])(
    'finds every canary written as %s, at any place',
    (name) => {
      for (const [at, canary] of canaries.entries()) {
        const search = createLeakSearch([canary]);
        const written = encodings[name]?.(`${'x'.repeat(at % 3)}${canary.secret} and more`) ?? '';
        search.scan('here', Buffer.concat([noise, Buffer.from(written), noise]));
        expect(search.found().length, `${canary.kind} as ${name}`).toBeGreaterThan(0);
      }
    },
  );

  it('says where, and nothing of what is clean', () => {
    const search = createLeakSearch(canaries);
    search.scan('clean', noise);
    expect(search.found()).toEqual([]);
    search.scan('a log', Buffer.from(`x ${canaries[0]?.secret} y`));
    expect(search.found()).toEqual([expect.stringMatching(/^a log: .* as raw$/)]);
  });

  it('finds what the slow search finds', () => {
    const bytes = Buffer.from(canaries.map(({ text }) => encodings['base64']?.(text)).join(' '));
    const search = createLeakSearch(canaries);
    search.scan('both', bytes);
    expect(search.found()).toHaveLength(
      new Set(findLeaks(bytes, canaries).map((leak) => JSON.stringify(leak))).size,
    );
  });
});
