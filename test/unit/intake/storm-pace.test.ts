import { describe, expect, it } from 'vitest';
import { createStormPace, paceLimits, type StormPace } from '../../../intake/storm-pace.ts';

const { restTimes, restMsMax, presentMs } = paceLimits;

/** A flood that storms, and others that do not. */
function stage(): { pace: StormPace; pass: (ms: number) => void } {
  let nowMs = 1_000;
  const pace = createStormPace(
    (source) => source.startsWith('flood'),
    () => nowMs,
  );
  return { pace, pass: (ms) => (nowMs += ms) };
}

describe('the pace of what storms', () => {
  it('is a third of the time while somebody else sends', () => {
    const { pace, pass } = stage();
    pace.came('other');
    pace.came('flood');
    pace.read('flood', 4);
    expect(pace.restMs(['flood'])).toBe(4 * restTimes);
    expect(pace.restMs([])).toBe(4 * restTimes);
    pass(3);
    expect(pace.restMs(['flood'])).toBe(4 * restTimes - 3);
    pass(4 * restTimes);
    expect(pace.restMs(['flood'])).toBe(0);
  });

  it('is bounded for what takes long to read', () => {
    const { pace } = stage();
    pace.came('other');
    pace.read('flood', 10_000);
    expect(pace.restMs(['flood'])).toBe(restMsMax);
  });

  it('holds up nobody else, and nothing that others sent', () => {
    const { pace } = stage();
    pace.came('other');
    pace.read('flood', 4);
    expect(pace.restMs(['flood', 'other'])).toBe(0);
    const calm = stage().pace;
    calm.came('other');
    calm.came('third');
    calm.read('other', 4);
    expect(calm.restMs(['other'])).toBe(0);
  });

  it('is its own where nobody else is there: others that storm, or that sent long ago', () => {
    const { pace, pass } = stage();
    pace.came('flood');
    pace.came('flood of another');
    pace.read('flood', 4);
    expect(pace.restMs(['flood'])).toBe(0);
    pace.came('other');
    pass(presentMs);
    pace.read('flood', 4);
    expect(pace.restMs(['flood'])).toBe(0);
  });
});
