import { describe, expect, it } from 'vitest';
import type { StopSwitch } from '../../../domain/switch.ts';
import { activeStop, isScope } from '../../../domain/switch.ts';

const stop = (scope: string): StopSwitch => ({
  scope,
  reason: 'drill',
  actor: 'erin',
  changedAt: '2026-11-22T05:00:00.000Z',
});
const contain = {
  connector: 'crowdstrike',
  playbook: 'host-malware',
  isTicket: false,
  isAction: true,
};
const ticket = { connector: 'github', playbook: 'plain-alert', isTicket: true, isAction: false };

describe('a kill switch', () => {
  it('stops what its scope names and nothing else', () => {
    expect(activeStop([stop('connector:crowdstrike')], contain)?.scope).toBe(
      'connector:crowdstrike',
    );
    expect(activeStop([stop('connector:crowdstrike')], ticket)).toBeNull();
    expect(activeStop([stop('playbook:host-malware')], contain)?.scope).toBe(
      'playbook:host-malware',
    );
    expect(activeStop([stop('tickets')], ticket)?.scope).toBe('tickets');
    expect(activeStop([stop('tickets')], contain)).toBeNull();
    expect(activeStop([stop('actions')], contain)?.scope).toBe('actions');
    expect(activeStop([stop('actions')], ticket)).toBeNull();
    expect(activeStop([], contain)).toBeNull();
  });

  it('for all stops everything, tickets too', () => {
    expect(activeStop([stop('all')], contain)?.scope).toBe('all');
    expect(activeStop([stop('all')], ticket)?.scope).toBe('all');
  });

  it('has a scope of four kinds', () => {
    expect(['all', 'tickets', 'connector:okta', 'playbook:host-malware'].map(isScope)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(
      ['', 'ALL', 'connector:', 'connector:a b', 'playbook:x\n', 'run:1'].map(isScope),
    ).toEqual([false, false, false, false, false, false]);
  });
});
