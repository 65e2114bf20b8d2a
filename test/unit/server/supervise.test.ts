import { describe, expect, it } from 'vitest';
import { SallyportError } from '../../../domain/errors.ts';
import { systemClock } from '../../../platform/clock.ts';
import { statusesOf, supervise } from '../../../server/supervise.ts';
import type { Component, ComponentStatus, Running } from '../../../server/supervise.ts';

interface Puppet extends Component {
  /** Ends the run under way. */
  die(how: string): void;
  readonly starts: () => number;
}

function puppet(startsThatFail: readonly number[] = []): Puppet {
  let starts = 0;
  let end: (how: string) => void = () => undefined;
  return {
    name: 'puppet',
    starts: () => starts,
    die: (how) => end(how),
    start: async (): Promise<Running> => {
      starts += 1;
      if (startsThatFail.includes(starts)) throw new Error(`start ${starts} failed`);
      const ended = new Promise<string>((resolve) => (end = resolve));
      return { ended, stop: async () => end('stopped') };
    },
  };
}

/** Collects what is reported and says when a state is reached. */
function watcher(): {
  seen: ComponentStatus[];
  onChange: (status: ComponentStatus) => void;
  reached(isIt: (status: ComponentStatus) => boolean): Promise<ComponentStatus>;
} {
  const seen: ComponentStatus[] = [];
  const waiting: {
    isIt: (status: ComponentStatus) => boolean;
    resolve: (status: ComponentStatus) => void;
  }[] = [];
  return {
    seen,
    onChange: (status) => {
      seen.push(status);
      for (const each of waiting) if (each.isIt(status)) each.resolve(status);
    },
    reached: (isIt) => new Promise((resolve) => waiting.push({ isIt, resolve })),
  };
}

const clock = { nowMs: () => 0 };
const backoff = { firstMs: 1, maxMs: 2 };

describe('a supervised component', () => {
  it('that dies is reported down with the reason and started again', async () => {
    const component = puppet();
    const { onChange, seen, reached } = watcher();
    const supervised = await supervise(component, { clock, onChange, backoff });
    const again = reached((status) => status.restarts === 1);
    component.die('signal SIGKILL');
    await again;
    expect(seen.map((status) => status.state)).toEqual(['up', 'down', 'starting', 'up']);
    expect(seen[1]?.detail).toBe('signal SIGKILL');
    expect(supervised.status()).toMatchObject({ state: 'up', restarts: 1 });
    await supervised.stop();
  });

  it('whose restart fails is tried until it comes up', async () => {
    const component = puppet([2, 3]);
    const { onChange, reached } = watcher();
    const supervised = await supervise(component, { clock, onChange, backoff });
    const again = reached((status) => status.restarts === 1);
    component.die('gone');
    await again;
    expect(component.starts()).toBe(4);
    await supervised.stop();
  });

  it('is not started again once it is told to stop', async () => {
    const component = puppet();
    const { onChange } = watcher();
    const supervised = await supervise(component, { clock, onChange, backoff });
    await supervised.stop();
    expect(component.starts()).toBe(1);
    expect(supervised.status().state).toBe('stopped');
  });

  it('that cannot start at all is an error for the impatient, after a few tries', async () => {
    const component = puppet([1, 2, 3, 4, 5]);
    await expect(
      supervise(component, { clock, onChange: () => undefined, backoff }),
    ).rejects.toThrow('start 5 failed');
    expect(component.starts()).toBe(5);
  });

  it('whose first try fails comes up at the next', async () => {
    const component = puppet([1]);
    const supervised = await supervise(component, { clock, onChange: () => undefined, backoff });
    expect(supervised.status()).toMatchObject({ state: 'up', restarts: 0 });
  });

  it('that will never start for a reason that people must mend is tried once', async () => {
    let starts = 0;
    const start = (): Promise<Running> => {
      starts += 1;
      return Promise.reject(new SallyportError('CONFIG_INVALID', 'there is no such program'));
    };
    await expect(
      supervise({ name: 'puppet', start }, { clock, onChange: () => undefined, backoff }),
    ).rejects.toThrow('no such program');
    expect(starts).toBe(1);
  });

  it('that cannot start at all is tried again by the patient', async () => {
    const component = puppet([1, 2]);
    const { onChange, reached } = watcher();
    const up = reached((status) => status.state === 'up');
    const supervised = await supervise(component, { clock, onChange, backoff, isPatient: true });
    await up;
    expect(component.starts()).toBe(3);
    await supervised.stop();
  });
});

describe('the list that /readyz shows', () => {
  it('counts a component that has not come up yet as starting', async () => {
    const up = puppet();
    const late = { ...puppet(), name: 'late' };
    const supervised = await supervise(up, { clock: systemClock, onChange: () => undefined });
    const states = statusesOf([up, late], [supervised]).map(({ name, state }) => [name, state]);
    expect(states).toEqual([
      ['puppet', 'up'],
      ['late', 'starting'],
    ]);
    await supervised.stop();
  });
});
