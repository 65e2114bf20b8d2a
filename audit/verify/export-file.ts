import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Findings } from './findings.ts';
import { list, record, text } from './logged-entry.ts';
import { hashLeaf, hashNode } from './merkle.ts';
import type { NoteKey, SignedHead } from './note.ts';
import { openCheckpoint } from './note.ts';

export interface ExportCheck {
  readonly path: string;
  readonly keys: readonly NoteKey[];
  readonly origin: string | undefined;
  readonly onEntry: (bytes: Buffer, index: number) => void;
}

const lineCharsMax = 1 << 20;

/**
 * Checks an export: a header with the signed checkpoint, entries in order, each with its proof, and a last line that
 * says how many there were. A proof stops at the first node that an earlier proof has shown; the first one is whole.
 */
export async function checkExport(
  check: ExportCheck,
  findings: Findings,
): Promise<SignedHead | null> {
  const lines = createInterface({
    input: createReadStream(check.path, 'utf8'),
    crlfDelay: Infinity,
  });
  const reading: Reading = {
    head: null,
    span: null,
    next: 0,
    count: 0,
    ended: false,
    known: new Map(),
  };
  let first = true;
  for await (const line of lines) {
    if (line === '') continue;
    const fields = parseLine(line);
    if (reading.ended) findings.add('entry-extra', null, 'something follows the last line');
    else if (first) readHeader(fields, { check, reading }, findings);
    else if (fields['end'] === true) readEnd(fields, reading, findings);
    else readEntry(fields, { check, reading }, findings);
    first = false;
    if (reading.head === null) break;
  }
  if (first) findings.add('format', null, 'the file is empty');
  if (reading.head !== null && !reading.ended)
    findings.add('entry-missing', reading.next, 'the export is cut: its last line is missing');
  return reading.head;
}

interface Reading {
  head: SignedHead | null;
  /** Every entry of these places must be there. */
  span: { readonly from: number; readonly to: number } | null;
  next: number;
  count: number;
  ended: boolean;
  readonly known: Map<number, Buffer>;
}

interface Context {
  readonly check: ExportCheck;
  readonly reading: Reading;
}

function readHeader(
  fields: Record<string, unknown>,
  { check, reading }: Context,
  findings: Findings,
): void {
  if (fields['format'] !== 'sallyport-audit-export/v1')
    return findings.add('format', null, 'this is no export that this verifier knows');
  const head = openCheckpoint(text(fields['checkpoint']), check.keys, check.origin);
  if ('wrong' in head) return findings.add('checkpoint', null, head.wrong);
  reading.head = head;
  const span = record(fields['span']);
  const { from, to } = span;
  if (typeof from === 'number' && typeof to === 'number') reading.span = { from, to };
  if (head.size > 0) reading.known.set(nodeKey(0, head.size), head.root);
}

function readEnd(fields: Record<string, unknown>, reading: Reading, findings: Findings): void {
  reading.ended = true;
  const { span, next } = reading;
  if (span !== null && next < span.to)
    findings.add('entry-missing', Math.max(next, span.from), 'the export ends before it');
  if (fields['entries'] !== reading.count)
    findings.add(
      'entry-missing',
      null,
      `the last line says ${String(fields['entries'])} entries, there are ${reading.count}`,
    );
}

function readEntry(
  fields: Record<string, unknown>,
  { check, reading }: Context,
  findings: Findings,
): void {
  const { head, span } = reading;
  const seq = fields['seq'];
  if (head === null) return;
  reading.count += 1;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0 || seq >= head.size)
    return findings.add('order', reading.next, 'an entry has no place that the log has');
  if (seq < reading.next)
    return findings.add('order', seq, `it stands after entry ${reading.next - 1}`);
  const expected = Math.max(reading.next, span?.from ?? 0);
  if (span !== null && seq > expected && expected < span.to)
    findings.add('entry-missing', expected, `entry ${seq} stands in its place`);
  reading.next = seq + 1;
  const bytes = Buffer.from(text(fields['entry']));
  const proof = list(fields['proof']).map((hash) => Buffer.from(text(hash), 'base64'));
  const why = prove({ seq, size: head.size, leaf: hashLeaf(bytes), proof }, reading.known);
  if (why === null) check.onEntry(bytes, seq);
  else
    findings.add(
      why === 'changed' ? 'entry-changed' : 'proof',
      seq,
      why === 'changed' ? 'it, or its proof, is not what was logged' : why,
    );
}

/** Climbs from the leaf to the first node that is known; what was met on the way is known from then on. */
function prove(
  claim: {
    readonly seq: number;
    readonly size: number;
    readonly leaf: Buffer;
    readonly proof: readonly Buffer[];
  },
  known: Map<number, Buffer>,
): string | null {
  const path = nodesFromRoot(claim.seq, claim.size);
  const met: [number, Buffer][] = [];
  let hash = claim.leaf;
  let used = 0;
  for (let node = path.pop(); node !== undefined; node = path.pop()) {
    const expected = known.get(node.key);
    if (expected !== undefined) {
      if (used !== claim.proof.length) return 'its proof is longer than it may be';
      if (!expected.equals(hash)) return 'changed';
      for (const [key, value] of met) known.set(key, value);
      return null;
    }
    const sibling = claim.proof[used];
    if (sibling === undefined || sibling.length !== 32) return 'its proof is too short';
    used += 1;
    met.push([node.key, hash], [node.siblingKey, sibling]);
    hash = node.isLeft ? hashNode(hash, sibling) : hashNode(sibling, hash);
  }
  return 'its proof leads nowhere';
}

interface PathNode {
  readonly key: number;
  readonly siblingKey: number;
  readonly isLeft: boolean;
}

function nodesFromRoot(index: number, size: number): PathNode[] {
  const path: PathNode[] = [{ key: nodeKey(0, size), siblingKey: -1, isLeft: true }];
  let [start, end] = [0, size];
  while (end - start > 1) {
    let half = 1;
    while (half * 2 < end - start) half *= 2;
    const middle = start + half;
    const isLeft = index < middle;
    const [left, right] = [nodeKey(start, middle), nodeKey(middle, end)];
    path.push(
      isLeft ? { key: left, siblingKey: right, isLeft } : { key: right, siblingKey: left, isLeft },
    );
    [start, end] = isLeft ? [start, middle] : [middle, end];
  }
  return path;
}

/** In a tree of given size, a node is told by its first leaf and its height. */
const nodeKey = (start: number, end: number): number =>
  start * 64 + Math.ceil(Math.log2(end - start));

function parseLine(line: string): Record<string, unknown> {
  if (line.length > lineCharsMax) return {};
  try {
    return record(JSON.parse(line));
  } catch {
    return {};
  }
}
