import { acceptsValue } from './assigned-values.ts';
import type { Assignment } from './assignments.ts';
import { decideField, type FieldVerdict } from './field-names.ts';

const lineChars = 4_096;
const rowsMax = 2_000;
const columnsMax = 64;

interface Cell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Line {
  readonly start: number;
  readonly end: number;
}

type Split = 'pipe' | 'tab' | 'comma' | 'blanks';

interface Table {
  readonly split: Split;
  readonly head: Line;
  readonly columns: readonly Cell[];
  readonly verdicts: readonly (FieldVerdict | null)[];
  /** Columns of names and of values (`Key  Value`): each row says what its value is. */
  readonly named: { readonly name: number; readonly value: number } | null;
}

/**
 * Values in the columns of a table whose head names a credential: columns apart by `|`, tabs, commas or two blanks and more. `wordEnds`
 * says where words of credentials stand. Each line is read once, so the whole is linear.
 */
export function findTableValues(text: string, wordEnds: readonly number[]): readonly Assignment[] {
  if (!text.includes('\n')) return none;
  const found: Assignment[] = [];
  const hasValues = /\bvalues?\b/i.test(text);
  let done = 0;
  let noHeadBefore = 0;
  for (const hit of wordEnds) {
    if (hit <= done) continue;
    const line = lineAt(text, hit);
    done = line.end;
    const table =
      tableAt(text, line) ?? (hasValues ? namedTableBefore(text, line, noHeadBefore) : null);
    if (table === null) noHeadBefore = line.start;
    else done = readRows(text, table, found);
  }
  return found;
}

const none: readonly Assignment[] = [];

function lineAt(text: string, at: number): Line {
  const end = text.indexOf('\n', at);
  return { start: text.lastIndexOf('\n', at - 1) + 1, end: end === -1 ? text.length : end };
}

const headCell = /^["']?[A-Za-z_#%][\w .#%()/-]{0,39}["']?$/;
const plainCell = /^["']?[\w.-]{1,40}["']?$/;
/** `pass` in a table that counts what passed and failed is no password. */
const countHead = /^(?:fail(?:ed|ures?)?|skip(?:ped)?|errors?|total)$/i;

function tableAt(text: string, head: Line): Table | null {
  if (head.end - head.start > lineChars) return null;
  for (const split of splits) {
    const columns = cellsOf(text, head, split);
    if (columns.length < 2 || columns.length > columnsMax) continue;
    const cell = split === 'comma' ? plainCell : headCell;
    if (!columns.every(({ text: name }) => name === '' || cell.test(name))) return null;
    if (columns.some(({ text: name }) => countHead.test(name))) return null;
    const verdicts = columns.map(({ text: name }) => secretOf(name));
    const named = namesAndValues(columns);
    return named === null && verdicts.every((verdict) => verdict === null)
      ? null
      : { split, head, columns, verdicts, named };
  }
  return null;
}

const splits: readonly Split[] = ['pipe', 'tab', 'comma', 'blanks'];

function secretOf(name: string): FieldVerdict | null {
  const verdict = decideField(name.replace(/^["']|["']$/g, ''));
  return verdict?.class === 'secret' && verdict.value !== 'key-like' ? verdict : null;
}

function namesAndValues(columns: readonly Cell[]): Table['named'] {
  const at = (names: RegExp): number => columns.findIndex(({ text }) => names.test(text));
  const [name, value] = [at(/^(?:key|name|field|property|variable)$/i), at(/^values?$/i)];
  return name === -1 || value === -1 ? null : { name, value };
}

const headLinesBack = 64;

/** The words stand in a row of a table of names and values: its head is some lines further up, not as far as `floor`. */
function namedTableBefore(text: string, row: Line, floor: number): Table | null {
  let { start } = row;
  for (let back = 0; back < headLinesBack && start > floor; back += 1) {
    const line = lineAt(text, start - 1);
    if (line.end - line.start > lineChars || line.start === line.end) return null;
    if (/\bvalues?\b/i.test(text.slice(line.start, line.end))) {
      const table = tableAt(text, line);
      return table?.named == null
        ? null
        : { ...table, head: { ...table.head, end: row.start - 1 } };
    }
    start = line.start;
  }
  return null;
}

function cellsOf(text: string, line: Line, split: Split): readonly Cell[] {
  const whole = text.slice(line.start, line.end);
  const by = separators[split];
  const cells: Cell[] = [];
  let at = 0;
  for (const match of [...whole.matchAll(by), null]) {
    const end = match === null ? whole.length : match.index;
    const raw = whole.slice(at, end);
    const from = line.start + at + (raw.length - raw.trimStart().length);
    cells.push({ text: raw.trim(), start: from, end: from + raw.trim().length });
    at = match === null ? end : end + match[0].length;
  }
  return split === 'blanks' ? cells.filter((cell) => cell.text !== '') : cells;
}

const separators: { readonly [split in Split]: RegExp } = {
  pipe: /\|/g,
  tab: /\t/g,
  comma: /,/g,
  blanks: / {2,}/g,
};

const ruler = /^[\s|+=:\u2500-\u257f-]*$/;

/** Adds what stands in the rows; says where the table ends. */
function readRows(text: string, table: Table, found: Assignment[]): number {
  let { end } = table.head;
  for (let row = 0; row < rowsMax && end < text.length; row += 1) {
    const line = lineAt(text, end + 1);
    const size = line.end - line.start;
    if (size > lineChars || text.slice(line.start, line.end).trim() === '') return end;
    end = line.end;
    if (ruler.test(text.slice(line.start, line.end))) continue;
    const cells = rowOf(text, table, line);
    if (cells === null) return line.start;
    cells.forEach((cell, at) => {
      const verdict = verdictOf(table, cells, at);
      if (cell !== null && verdict !== null && isSecret(cell.text, verdict))
        found.push({ start: cell.start, end: cell.end, verdict });
    });
  }
  return end;
}

function verdictOf(table: Table, cells: readonly (Cell | null)[], at: number): FieldVerdict | null {
  if (table.named === null) return table.verdicts[at] ?? null;
  return at === table.named.value ? secretOf(cells[table.named.name]?.text ?? '') : null;
}

const isSecret = (value: string, verdict: FieldVerdict): boolean =>
  !/^\d{1,6}$/.test(value) &&
  acceptsValue(value, {
    verdict,
    operator: 'strong',
    quoted: false,
    followed: '\n',
    name: '',
    said: false,
  });

/** A cell for each column; null where the line is no row of the table. */
function rowOf(text: string, table: Table, line: Line): readonly (Cell | null)[] | null {
  const cells = cellsOf(text, line, table.split);
  if (cells.length === table.columns.length) return cells;
  if (table.split !== 'blanks' || cells.length < 2) return null;
  return table.columns.map((column) => {
    const start = line.start + (column.start - table.head.start);
    return cells.find((cell) => cell.start === start) ?? null;
  });
}
