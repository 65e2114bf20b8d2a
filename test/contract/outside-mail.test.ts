import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityDeps } from '../../activities/deps.ts';
import { startMailFake, type MailFault, type RunningMailFake } from '../../connectors/smtp/fake.ts';
import { createEgress, egressLimits, type Egress } from '../../platform/http.ts';
import { startExecutorWorld, type ExecutorWorld } from '../support/executor-world.ts';
import { insist, type Call } from '../support/insist.ts';
import { mailFrom } from '../support/outside-kinds.ts';

/** A host that has no address until the test gives it one. */
const hostName = 'mail.example';

let world: ExecutorWorld;
beforeAll(async () => {
  world = await startExecutorWorld();
});
afterAll(() => world.stop());

let fake: RunningMailFake;
let egress: Egress;
let breaker: string[];
let resolved: string | null;
beforeEach(async () => {
  breaker = [];
  resolved = null;
  fake = await startMailFake();
  egress = createEgress({
    clock: world.court.clock,
    resolve: async (name) => {
      if (name === hostName && resolved !== null) return [resolved];
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    },
    onBreaker: (_connection, state) => void breaker.push(state),
  });
});
afterEach(async () => {
  await egress.close();
  await fake.stop();
});

function mail(address = fake.url): Call {
  const { connection, call } = mailFrom(world, address);
  const deps: ActivityDeps = {
    ...world.deps,
    egress,
    connections: new Map([[connection.name, connection]]),
  };
  return () => call(deps);
}

/** Meets the fault at its first tries. */
const during = (fault: MailFault, tries: number) => async (step: number) =>
  fake.fail(step < tries ? fault : 'none');

describe('a mail', () => {
  it.each<readonly [string, MailFault]>([
    ['cuts the line before it asked for the mail', 'before'],
    ['is silent before it asked for the mail', 'deaf'],
  ])('whose server %s is sent once', async (_words, fault) => {
    const { outcome, codes } = await insist(world, mail(), during(fault, 2));
    expect(codes).toEqual(['VENDOR_UNAVAILABLE', 'VENDOR_UNAVAILABLE']);
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(fake.mails()).toHaveLength(1);
  });

  it.each<readonly [string, MailFault]>([
    ['takes it and cuts the line', 'after'],
    ['takes it and sends half an answer', 'half'],
    ['takes it and is silent', 'silent'],
  ])('whose server %s is held for a person, and never sent again', async (_words, fault) => {
    const call = mail();
    const { outcome } = await insist(world, call, during(fault, 1));
    expect(outcome).toMatchObject({ kind: 'held' });
    expect(await call()).toMatchObject([{ kind: 'held' }]);
    expect(fake.mails()).toHaveLength(1);
  });

  it('whose server puts it off for five minutes is left in peace by the breaker, and sent once when it is over', async () => {
    const endMs = world.court.clock.nowMs() + 300_000;
    const { outcome, codes } = await insist(world, mail(), async () =>
      fake.fail(world.court.clock.nowMs() < endMs ? 'put-off' : 'none'),
    );
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(new Set(codes)).toEqual(new Set(['VENDOR_UNAVAILABLE']));
    expect(breaker.slice(0, 3)).toEqual(['closed', 'open', 'half-open']);
    expect(breaker.at(-1)).toBe('closed');
    expect(codes.length).toBeLessThan(
      egressLimits.breakerFailuresMax + 300_000 / egressLimits.breakerRestMs,
    );
    expect(fake.mails()).toHaveLength(1);
  });

  it('whose password was revoked in mid-run fails, says so, and is not sent', async () => {
    const { outcome } = await insist(world, mail(), during('denied', Infinity));
    expect(outcome).toMatchObject({ kind: 'error', code: 'VENDOR_DENIED' });
    expect(breaker).not.toContain('open');
    expect(fake.mails()).toEqual([]);
  });

  it('is sent once when names have addresses again', async () => {
    const address = `smtp://${hostName}:${new URL(fake.url).port}`;
    const { outcome, codes } = await insist(world, mail(address), async (step) => {
      if (step === 8) resolved = '127.0.0.1';
    });
    expect(codes[0]).toBe('VENDOR_UNAVAILABLE');
    expect(breaker).toContain('open');
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(fake.mails()).toHaveLength(1);
  });
});
