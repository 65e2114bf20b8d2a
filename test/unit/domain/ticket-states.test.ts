import { describe, expect, it } from 'vitest';
import { nextAskMs, readTicketWord, ticketAsking } from '../../../domain/ticket-states.ts';

describe('the word of another ticket system', () => {
  it.each([
    ['To Do', 'open'],
    ['new', 'open'],
    ['In Progress', 'in-progress'],
    ['IN_PROGRESS', 'in-progress'],
    ['in-review', 'in-progress'],
    ['On Hold', 'in-progress'],
    ['Done', 'resolved'],
    ["Won't Fix", 'closed'],
    ['Cancelled', 'closed'],
  ])('%s is read as %s', (word, state) => {
    expect(readTicketWord(word)).toBe(state);
  });

  it.each(['', 'Triage 2', 'constructor', '__proto__', '処理中', '3'])(
    '%j is unknown, which closes nothing',
    (word) => {
      expect(readTicketWord(word)).toBe('unknown');
    },
  );
});

describe('a ticket is asked for again', () => {
  const { freshMs, inProgressMs, backoffFirstMs, backoffLastMs } = ticketAsking;

  it('when an answer is no longer fresh', () => {
    expect(nextAskMs('open', 0)).toBe(freshMs);
    expect(nextAskMs('resolved', 0)).toBe(freshMs);
  });

  it('after minutes while it is in progress', () => {
    expect(nextAskMs('in-progress', 0)).toBe(inProgressMs);
  });

  it('ever less often while its system is away, and at least once an hour', () => {
    expect([1, 2, 3].map((failures) => nextAskMs('unknown', failures))).toEqual([
      backoffFirstMs,
      2 * backoffFirstMs,
      4 * backoffFirstMs,
    ]);
    expect(nextAskMs('unknown', 1_000)).toBe(backoffLastMs);
  });

  it('not before its system said', () => {
    expect(nextAskMs('unknown', 1, 600_000)).toBe(600_000);
  });
});
