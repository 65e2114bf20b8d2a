import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../intake/commit.ts';
import type { VerifiedBody } from '../../../intake/receive.ts';
import { receiveInTurns, turnLimits } from '../../../intake/receive-in-turns.ts';
import { noPace, type StormPace } from '../../../intake/storm-pace.ts';

const bodyOf = (source: string, text: string): VerifiedBody => ({
  source,
  raw: Buffer.from(text),
  coding: undefined,
  formatHint: null,
  deliveryId: null,
  receivedAtMs: 0,
});

const deliveryOf = ({ source, raw, receivedAtMs }: VerifiedBody): Delivery<never> => ({
  source,
  deliveryId: Buffer.from(raw).toString(),
  bodySha256: '',
  bodyBytes: raw.byteLength,
  receivedAtMs,
  findings: [],
  sealed: [],
});

/** A clock that moves by so much for each body that is received. */
function stage(eachMs: number, pace: StormPace = noPace) {
  let nowMs = 0;
  const order: string[] = [];
  /** What a large body waits for, once its first part was received. */
  const rest = Promise.withResolvers<void>();
  const { receive, refusal } = receiveInTurns<never>(
    async (sent) => {
      nowMs += eachMs;
      const text = Buffer.from(sent.raw).toString();
      if (text === 'large') await rest.promise;
      if (text === 'broken') throw new TypeError('it cannot be read');
      order.push(text);
      return deliveryOf(sent);
    },
    () => nowMs,
    pace,
  );
  const send = (source: string, text: string): Promise<Delivery<never>> =>
    receive(bodyOf(source, text));
  return { order, send, refusal, rest };
}

describe('bodies that wait to be received', () => {
  it('are taken by turns of their sources, however many one of them sent', async () => {
    const { order, send } = stage(turnLimits.turnMs);
    const flood = ['f1', 'f2', 'f3', 'f4'].map((text) => send('flood', text));
    await Promise.all([...flood, send('other', 'o1'), send('other', 'o2')]);
    expect(order).toEqual(['f1', 'f2', 'o1', 'f3', 'o2', 'f4']);
  });

  it('let the loop see what else came once a turn is over', async () => {
    const { order, send } = stage(turnLimits.turnMs);
    const flood = Array.from({ length: 10 }, (_, at) => send('flood', `f${at}`));
    // Comes up in the next turn of the loop: after all of the flood, if that was read in one.
    setImmediate(() => void send('late', 'late'));
    await Promise.all(flood);
    expect(order.indexOf('late')).toBeGreaterThan(0);
    expect(order.indexOf('late')).toBeLessThan(5);
    expect(order).toHaveLength(11);
  });

  it('do not wait for the rest of a large one', async () => {
    const { order, send, rest } = stage(1);
    const large = send('a', 'large');
    await Promise.all([send('a', 'next'), send('b', 'other')]);
    expect(order).toEqual(['next', 'other']);
    rest.resolve();
    await expect(large).resolves.toMatchObject({ deliveryId: 'large' });
  });

  it('keep to themselves what goes wrong with one of them', async () => {
    const { order, send } = stage(1);
    const [broken, next] = await Promise.allSettled([send('a', 'broken'), send('a', 'next')]);
    expect(broken).toMatchObject({ status: 'rejected', reason: { message: 'it cannot be read' } });
    expect(next).toMatchObject({ status: 'fulfilled', value: { deliveryId: 'next' } });
    await expect(send('a', 'later')).resolves.toMatchObject({ deliveryId: 'later' });
    expect(order).toEqual(['next', 'later']);
  });

  it('keep out more of a source whose bodies wait too long, and of no other, until they are read', async () => {
    const { send, refusal } = stage(turnLimits.waitMsMax);
    const flood = ['f1', 'f2', 'f3', 'f4', 'f5'].map((text) => send('flood', text));
    await flood[3];
    expect(refusal('flood')).toMatchObject({ code: 'BACKLOG_FULL' });
    expect(refusal('other')).toBeNull();
    const [more, other] = await Promise.allSettled([send('flood', 'f6'), send('other', 'o1')]);
    expect(more).toMatchObject({ status: 'rejected', reason: { code: 'BACKLOG_FULL' } });
    expect(other).toMatchObject({ status: 'fulfilled' });
    await Promise.all(flood);
    await expect(send('flood', 'f6 again')).resolves.toMatchObject({ deliveryId: 'f6 again' });
  });

  it('are bounded: what is more must come again, and is taken once there is room', async () => {
    const { send } = stage(turnLimits.turnMs);
    const all = Array.from({ length: turnLimits.waitingMax + 2 }, () => send('a', 'x'));
    const settled = await Promise.allSettled(all);
    const refused = settled.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      reason: { code: 'BACKLOG_FULL', retryAfterMs: expect.any(Number) },
    });
    await expect(send('a', 'again')).resolves.toMatchObject({ deliveryId: 'again' });
  });

  it('rest where their source storms, until another one sends something', async () => {
    let isOver = false;
    const hourMs = 3_600_000;
    const restMs: StormPace['restMs'] = (waiting) =>
      isOver || waiting.includes('other') ? 0 : hourMs;
    const { order, send } = stage(1, { ...noPace, restMs });
    const flood = ['f1', 'f2', 'f3'].map((text) => send('flood', text));
    await flood[0];
    expect(order).toEqual(['f1']);
    await send('other', 'o1');
    expect(order).toEqual(['f1', 'f2', 'o1']);
    isOver = true;
    await Promise.all([...flood, send('flood', 'f4')]);
    expect(order).toEqual(['f1', 'f2', 'o1', 'f3', 'f4']);
  });
});
