import { describe, expect, test } from 'vitest';
import { entryBody, entryBytesMax, newEntry } from '../../../audit/entry.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { Entry } from '../../../domain/entry.ts';

const clock = { nowMs: () => 1_700_000_000_123 };
const anEntry = (data: JsonObject, fields: Partial<Entry> = {}): Entry =>
  newEntry(
    {
      tenant: 't',
      type: 'note.added',
      actor: { kind: 'service', id: 's' },
      incident: null,
      run: null,
      subject: null,
      outcome: 'done',
      data,
      ...fields,
    },
    clock,
  );

describe('an entry', () => {
  test('is canonical JSON with every field of schema 1', () => {
    const body = entryBody(anEntry({ b: 1, a: 2 }, { id: 'e1' }));
    expect(body).toBe(
      '{"actor":{"id":"s","kind":"service"},"data":{"a":2,"b":1},"id":"e1","incident":null,"outcome":"done","run":null,"schema":1,"subject":null,"tenant":"t","time":"2023-11-14T22:13:20.123Z","type":"note.added"}',
    );
  });

  test('without an id of its own gets one that no other has', () => {
    expect(anEntry({}).id).not.toBe(anEntry({}).id);
  });

  test.each([
    ['one long value', { small: 'kept', long: 'x'.repeat(200_000) }],
    ['one long value of wide characters', { small: 'kept', long: '€'.repeat(60_000) }],
    [
      'several long values',
      {
        small: 'kept',
        a: 'x'.repeat(50_000),
        b: ['y'.repeat(50_000)],
        c: { d: 'z'.repeat(50_000) },
      },
    ],
  ])('with %s fits its length prefix and keeps what is small', (_, data) => {
    const body = entryBody(anEntry(data));
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(entryBytesMax);
    expect(JSON.parse(body)).toMatchObject({ data: { small: 'kept' } });
    expect(body).toContain('"sha256"');
  });

  test('with very many small values is replaced by the digest of all', () => {
    const data = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`field${at}`, at]));
    const body = entryBody(anEntry(data));
    expect(JSON.parse(body)).toMatchObject({ data: { replaced: true, fields: 20_000 } });
  });

  test('with a long or broken subject keeps within its bounds', () => {
    const entry = anEntry({ text: 'a\ud800b' }, { subject: `${'s'.repeat(10_000)}\0` });
    expect(entry.subject?.length).toBeLessThan(600);
    expect(JSON.parse(entryBody(entry))).toMatchObject({ data: { text: 'a\ufffdb' } });
  });
});
