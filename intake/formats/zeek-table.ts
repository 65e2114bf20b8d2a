import type { Json, JsonObject } from '../../domain/json.ts';
import { intakeLimits } from '../limits.ts';

/** A Zeek log in its own tab-separated form, an object for each row; null where the text has no `#fields`. */
export function zeekTable(text: string): readonly JsonObject[] | null {
  if (!text.startsWith('#') || !text.includes('\n#fields')) return null;
  let fields: readonly string[] = [];
  let unset = '-';
  let path = '';
  const rows: JsonObject[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      const [word, ...rest] = line.split('\t');
      if (word === '#fields') fields = rest;
      else if (word === '#unset_field') unset = rest[0] ?? unset;
      else if (word === '#path') path = rest[0] ?? '';
    } else if (line.trim() !== '' && rows.length <= intakeLimits.findingsPerDeliveryMax) {
      rows.push(rowOf(line.split('\t'), { fields, unset, path }));
    }
  }
  return rows;
}

interface Layout {
  readonly fields: readonly string[];
  readonly unset: string;
  readonly path: string;
}

function rowOf(cells: readonly string[], layout: Layout): JsonObject {
  const row: { [key: string]: Json } = Object.create(null);
  for (const [index, name] of layout.fields.entries()) {
    const cell = cells[index] ?? layout.unset;
    if (cell !== layout.unset && cell !== '(empty)' && name !== '__proto__') row[name] = cell;
  }
  row['_path'] = layout.path;
  return row;
}
