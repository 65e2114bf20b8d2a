import { fileURLToPath } from 'node:url';
import type { CliIo } from '../cli/io.ts';
import { printLine } from '../cli/io.ts';
import { printable } from '../cli/printable.ts';
import { table } from '../cli/table.ts';
import type { Sql } from '../store/database.ts';
import { listGates } from '../store/gates.ts';
import type { Gate } from '../store/gates.ts';
import type { Embedded } from './open-embedded.ts';

/** Where the command looks without `--data`. */
const usualDataDir = fileURLToPath(new URL('../.sallyport', import.meta.url));

export interface StoryRow {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly format: string;
  readonly priority: string | null;
  readonly state: string;
  readonly count: number;
  readonly playbooks: readonly string[];
  readonly ticket: string | null;
  /** Distinct values of its findings that became tokens or were masked. */
  readonly redactions: number;
}

const rowsShown = 50;

export async function storyRows(db: Sql, tenant: string): Promise<readonly StoryRow[]> {
  return db.query<StoryRow>(
    `select i.id, i.number, i.title, i.format, i.priority, i.state, i.count,
            array(select r.playbook from runs r where r.incident_id = i.id order by r.ordinal) as playbooks,
            (select t.external_id from ticket_links t where t.incident_id = i.id order by t.linked_at limit 1) as ticket,
            (select count(distinct m[1]) from findings f, regexp_matches(f.body::text, '(<[a-z0-9-]+:[a-z0-9]+[.][a-z2-7]{26}>|\\[redacted:[a-z0-9-]+\\])', 'g') m where f.incident_id = i.id) as redactions
       from incidents i where i.tenant = $1 order by i.number limit ${rowsShown}`,
    [tenant],
  );
}

export function storyTable(rows: readonly StoryRow[]): string {
  return table(rows, [
    { title: '#', charsMax: 6, cell: (row) => String(row.number) },
    { title: 'from', charsMax: 14, cell: (row) => row.format },
    { title: 'incident', charsMax: 48, cell: (row) => row.title },
    { title: 'prio', charsMax: 4, cell: (row) => row.priority ?? '-' },
    { title: 'state', charsMax: 10, cell: (row) => row.state },
    { title: 'alerts', charsMax: 7, cell: (row) => String(row.count) },
    { title: 'playbook', charsMax: 25, cell: (row) => row.playbooks[0] ?? '-' },
    { title: 'ticket', charsMax: 10, cell: (row) => row.ticket ?? '-' },
    { title: 'redacted', charsMax: 8, cell: (row) => String(row.redactions) },
  ]);
}

/** What a person can do now, as commands that work as they stand. */
export async function tellNext(embedded: Embedded, io: CliIo): Promise<void> {
  const { config, core, url } = embedded;
  const gates = await listGates(core.db, { tenant: config.tenant, states: ['open'] });
  // The most telling one for a newcomer: a host that is cut off and let back in.
  const gate =
    gates.find((each) => each.order.capability === 'crowdstrike.host.contain') ?? gates[0];
  const at = config.dataDir === usualDataDir ? '' : ` --data ${config.dataDir}`;
  const say = (text: string): void => printLine(io.stdout, text);
  if (gate !== undefined) {
    say(
      `\n${gates.length === 1 ? 'One gate waits' : `${gates.length} gates wait`} for people. One of them: ${orderLine(gate)}`,
    );
    say(`  read the order      ./sallyport gate show ${gate.id}${at}`);
    say(
      `  approve it          ./sallyport approve ${gate.id} --as alice --reason "seen the evidence"${at}`,
    );
    say(
      `  or refuse it        ./sallyport reject ${gate.id} --as alice --reason "planned test"${at}`,
    );
    say(`  take it back later  ./sallyport undo ${gate.id} --as bob --reason "cleaned up"${at}`);
    say(`  what happened       ./sallyport history ${await numberOf(core.db, gate)}${at}`);
  }
  say(
    `  check the ledger    ./sallyport verify ${config.ledger.dir} --key "${embedded.verifierKey}"`,
  );
  say(`\nThe API is at ${url}; Ctrl-C stops, and the next start goes on from here.`);
}

export function orderLine(gate: Gate): string {
  const { capability, target } = gate.order;
  return `${capability} on ${target.kind} ${printable(target.id)}`;
}

async function numberOf(db: Sql, gate: Gate): Promise<string> {
  const [row] = await db.query<{ number: number }>('select number from incidents where id = $1', [
    gate.incidentId,
  ]);
  return String(row?.number ?? gate.incidentId);
}
