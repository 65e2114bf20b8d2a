import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listenForStop } from '../../../server/stop-signal.ts';
import type { MockInstance } from 'vitest';
import type { StopSignal } from '../../../server/stop-signal.ts';

let said = '';
let stopping: StopSignal;
const killAll = vi.fn();
let exit: MockInstance<typeof process.exit>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  said = '';
  killAll.mockReset();
  exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const stderr = { write: (text: string) => void (said += text), isTerminal: false };
  stopping = listenForStop(stderr, killAll);
});
afterEach(() => {
  stopping.dispose();
  exit.mockRestore();
  vi.useRealTimers();
});

const signalAfter = (ms: number): void => {
  vi.advanceTimersByTime(ms);
  process.emit('SIGHUP');
};

describe('a signal to stop', () => {
  it('asks for a clean stop', async () => {
    signalAfter(0);
    await stopping.asked;
    expect(stopping.signal.aborted).toBe(true);
    expect(said).toContain('press Ctrl-C again to kill');
  });

  it('that comes again within a second, from npm or the bootstrap, is the same one', () => {
    for (const ms of [0, 5, 900]) signalAfter(ms);
    expect(killAll).not.toHaveBeenCalled();
    expect(exit).not.toHaveBeenCalled();
  });

  it('that comes again later is a second one, which kills', () => {
    signalAfter(0);
    signalAfter(1_001);
    expect(killAll).toHaveBeenCalledOnce();
    expect(exit).toHaveBeenCalledWith(130);
  });
});
