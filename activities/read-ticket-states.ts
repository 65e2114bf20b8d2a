import { capabilityNamed } from '../connectors/registry.ts';
import type { Connection } from '../connectors/contract.ts';
import { statusOutput } from '../connectors/ticket.schema.ts';
import { SallyportError } from '../domain/errors.ts';
import { keepTicketAnswer, takeAsks } from '../store/ticket-states.ts';
import type { TicketAnswer, TicketAsk } from '../store/ticket-states.ts';
import { callContext } from './effect-case.ts';
import type { ActivityDeps } from './deps.ts';
import { errorOutcome } from './outcome.ts';

export const ticketReadLimits = {
  callTimeoutMs: 8_000,
  /** A connection's tickets in one round, one after another: asking how far they are is never urgent. */
  perRound: 50,
} as const;

type Deps = Pick<
  ActivityDeps,
  'db' | 'clock' | 'connections' | 'egress' | 'ports' | 'redact' | 'count'
>;

/**
 * Asks the systems of tickets how far these are, where an incident would end if nobody worked on it. Only reads, with
 * the credentials of the role that makes tickets. Gives how many were asked for.
 */
export async function readTicketStates(deps: Deps, tenant: string): Promise<number> {
  const known = [...deps.connections.keys()];
  const turns = [null, ...known].map((connection) => roundOf(deps, { tenant, connection, known }));
  return (await Promise.all(turns)).reduce((sum, asked) => sum + asked, 0);
}

interface Round {
  readonly tenant: string;
  readonly connection: string | null;
  readonly known: readonly string[];
}

async function roundOf(deps: Deps, round: Round): Promise<number> {
  const asks = await takeAsks(deps.db, { ...round, limit: ticketReadLimits.perRound });
  let away: TicketAnswer | null = null;
  for (const ask of asks) {
    const answer: TicketAnswer = away ?? (await askFor(deps, ask));
    if (isAway(answer)) away = answer;
    await deps.db.transaction((tx) => keepTicketAnswer(tx, { ask, answer }, deps.clock));
    deps.count('lookup', answer.why === '' ? 'ok' : 'error');
  }
  return asks.length;
}

/** What is away for one ticket is away for the rest of the round. */
function isAway({ why }: TicketAnswer): boolean {
  return why.startsWith('VENDOR_UNAVAILABLE') || why.startsWith('VENDOR_THROTTLED');
}

async function askFor(deps: Deps, ask: TicketAsk): Promise<TicketAnswer> {
  try {
    const connection = deps.connections.get(ask.connection);
    if (connection === undefined)
      throw new SallyportError('CONFIG_INVALID', `there is no connection ${ask.connection}`);
    return await readOne(deps, ask, connection);
  } catch (error) {
    const { code, detail, retryAfterMs } = errorOutcome(error);
    const why = shown(deps, `${code}: ${detail}`);
    return {
      state: 'unknown',
      said: '',
      why,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
}

async function readOne(deps: Deps, ask: TicketAsk, connection: Connection): Promise<TicketAnswer> {
  const name = `${connection.connector}.ticket.status`;
  const capability = capabilityNamed(name);
  if (capability === null || capability.manifest.effect !== 'read')
    throw new SallyportError('GRANT_MISSING', `${name} cannot be read`);
  const signal = AbortSignal.timeout(ticketReadLimits.callTimeoutMs);
  const answer = await capability.call(
    capability.parseInput({ ticketId: ask.ticketId, externalKey: ask.key }),
    callContext(deps, { connection, key: ask.key, tenant: ask.tenant, signal }),
  );
  const { state, said: word } = statusOutput.parse(answer);
  const said = shown(deps, word);
  const why = state === 'unknown' ? `its system says "${said}", which we cannot place` : '';
  return { state, said, why };
}

function shown(deps: Deps, text: string): string {
  const redacted = deps.redact(text);
  return typeof redacted === 'string' ? redacted : '';
}
