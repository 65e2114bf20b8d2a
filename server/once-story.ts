import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliIo } from '../cli/io.ts';
import { listGates } from '../store/gates.ts';
import type { Gate } from '../store/gates.ts';
import { cli, edr, effects, runStatus } from './once-look.ts';
import { falsify } from './once-tamper.ts';
import type { Embedded } from './open-embedded.ts';
import { deliverSamples } from './samples.ts';
import type { Delivered } from './samples.ts';
import { isSettled, until } from './settle.ts';
import { storyRows } from './story.ts';

export interface Check {
  readonly what: string;
  readonly holds: boolean;
  readonly detail: string;
}

export interface StoryOptions {
  readonly io: CliIo;
  readonly signal: AbortSignal;
}

const limits = { settleMs: 90_000, actMs: 45_000, sequenceMs: 20_000 } as const;

/** Stops at the first act that cannot go on; what was checked until then is the answer. */
export async function playStory(
  embedded: Embedded,
  options: StoryOptions,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const note = (what: string, holds: boolean, detail = ''): boolean => {
    checks.push({ what, holds, detail });
    return holds;
  };
  const { core, config } = embedded;
  const delivered = await deliverSamples(embedded);
  await checkIntake(embedded, delivered, note);
  const settled = await until(() => isSettled(core.db), {
    signal: options.signal,
    limitMs: limits.settleMs,
  });
  note('every incident came to rest', settled);
  await checkIncidents(embedded, delivered, note);
  const gates = await listGates(core.db, { tenant: config.tenant, states: ['open'] });
  const gate = gates.find((each) => each.order.capability === 'crowdstrike.host.contain');
  if (
    !note(
      'a gate waits before a host is contained',
      gate !== undefined,
      `${gates.length} gates wait`,
    ) ||
    gate === undefined
  )
    return checks;
  const acted = await checkAction(embedded, { gate, note, ...options });
  if (acted) await checkUndo(embedded, { gate, note, ...options });
  await checkLedger(embedded, { note, ...options });
  return checks;
}

type Note = (what: string, holds: boolean, detail?: string) => boolean;

async function checkIntake(
  { core }: Embedded,
  delivered: readonly Delivered[],
  note: Note,
): Promise<void> {
  const wrong = delivered
    .filter((each) => each.findings !== each.sample.findings)
    .map((each) => each.sample.file);
  note(
    `${delivered.length} deliveries were accepted with the findings they hold`,
    wrong.length === 0,
    wrong.join(', '),
  );
  const [row] = await core.db.query<{ count: number }>('select count(*) as count from receipts');
  note(
    'each delivery has one receipt',
    row?.count === delivered.length,
    `${row?.count ?? 0} receipts`,
  );
}

async function checkIncidents(
  { core, config }: Embedded,
  delivered: readonly Delivered[],
  note: Note,
): Promise<void> {
  const rows = new Map((await storyRows(core.db, config.tenant)).map((row) => [row.id, row]));
  const wrong = delivered.filter(
    ({ sample, incidents }) =>
      sample.playbook !== null &&
      !incidents.every((id) => rows.get(id)?.playbooks.includes(sample.playbook ?? '')),
  );
  note(
    'triage chose the expected playbook for each',
    wrong.length === 0,
    wrong.map((each) => each.sample.file).join(', '),
  );
  const without = [...rows.values()].filter(
    (row) => row.ticket === null && row.state !== 'ignored',
  );
  note(
    'each incident has its ticket',
    without.length === 0,
    without.map((row) => `#${row.number}`).join(', '),
  );
  const doubled = await core.db.query(
    'select incident_id from ticket_links group by incident_id, connection, purpose having count(*) > 1',
  );
  const [board] = await core.db.query<{ tickets: number; keys: number }>(
    'select count(*) as tickets, count(distinct external_id) as keys from board_tickets',
  );
  note(
    'no incident has two tickets',
    doubled.length === 0 && board?.tickets === board?.keys,
    `${board?.tickets ?? 0} tickets`,
  );
  const [failed] = await core.db.query<{ count: number }>(
    "select count(*) as count from runs where status in ('failed', 'parked')",
  );
  note(
    'no run failed',
    failed?.count === 0,
    failed?.count === 0 ? '' : `${failed?.count ?? 0} failed`,
  );
}

interface Act extends StoryOptions {
  readonly gate: Gate;
  readonly note: Note;
}

async function checkAction(embedded: Embedded, act: Act): Promise<boolean> {
  const { gate, note } = act;
  const before = await edr(embedded);
  note('nothing was contained before the vote', before.actions.length === 0);
  const code = await cli(embedded, act.io, [
    'approve',
    gate.id,
    '--as',
    'alice',
    '--reason',
    'seen the evidence',
  ]);
  note('alice approved with one signed vote', code === 0, code === 0 ? '' : `exit code ${code}`);
  const contained = await until(
    async () => (await effects(embedded, gate, 'crowdstrike.host.contain')) === 1,
    { signal: act.signal, limitMs: limits.actMs },
  );
  const after = await edr(embedded);
  const isolated = after.devices.filter((device) => device.status === 'contained');
  note(
    'the host is contained at the EDR, once',
    contained && isolated.length === 1 && after.actions.length === 1,
    isolated.map((device) => device.hostname).join(', '),
  );
  const verified = await until(async () => (await runStatus(embedded, gate)) === 'done', {
    signal: act.signal,
    limitMs: limits.actMs,
  });
  return note(
    'the run verified it and ended',
    verified,
    verified ? '' : `run is ${await runStatus(embedded, gate)}`,
  );
}

async function checkUndo(embedded: Embedded, act: Act): Promise<void> {
  const { gate, note } = act;
  const code = await cli(embedded, act.io, [
    'undo',
    gate.id,
    '--as',
    'bob',
    '--reason',
    'cleaned up',
  ]);
  note(
    'bob asked for the undo with one signed vote',
    code === 0,
    code === 0 ? '' : `exit code ${code}`,
  );
  const lifted = await until(
    async () => (await effects(embedded, gate, 'crowdstrike.host.lift')) === 1,
    { signal: act.signal, limitMs: limits.actMs },
  );
  const { devices, actions } = await edr(embedded);
  note(
    'the host is free again, by one call',
    lifted && devices.every((device) => device.status === 'normal') && actions.length === 2,
    `${actions.length} calls that act in all`,
  );
}

async function checkLedger(
  embedded: Embedded,
  act: StoryOptions & { readonly note: Note },
): Promise<void> {
  const { core, config, verifierKey } = embedded;
  const { dir } = config.ledger;
  const sequenced = await until(
    async () => {
      const [row] = await core.db.query<{ behind: number }>(
        'select (select count(*) from audit_entries) - coalesce((select max(size) from audit_checkpoints), 0) as behind',
      );
      return row?.behind === 0;
    },
    { signal: act.signal, limitMs: limits.sequenceMs },
  );
  act.note('every entry of the ledger is under a signed checkpoint', sequenced);
  act.note(
    'the ledger verifies offline',
    (await cli(embedded, act.io, ['verify', dir, '--key', verifierKey])) === 0,
  );
  const copy = await mkdtemp(join(tmpdir(), 'sallyport-ledger-'));
  try {
    await cp(dir, copy, { recursive: true });
    const changed = await falsify(copy);
    act.note(
      'a copy with one changed byte does not',
      changed && (await cli(embedded, act.io, ['verify', copy, '--key', verifierKey])) !== 0,
    );
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
