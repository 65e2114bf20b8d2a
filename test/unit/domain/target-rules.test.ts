import { describe, expect, it } from 'vitest';
import { approvalRuleOf, asksForName, protectionOf } from '../../../domain/target-rules.ts';
import { aRule } from '../../support/orders.ts';

const breakGlass = { id: 'break-glass', kind: 'user', match: 'break-glass*', reason: 'the last' };

describe('what protects a target', () => {
  const policy = { protectedTargets: [breakGlass] };

  it.each([
    ['its only name', ['Break-Glass-1@acme.example']],
    ['one of its names', ['<email:k1.abcdefghijklmnopqrstuvwxyz>', 'break-glass']],
  ])('is a rule that fits %s', (_, names) => {
    expect(protectionOf(policy, { kind: 'user', names })).toBe(breakGlass);
  });

  it.each([
    ['of another kind', { kind: 'host', names: ['break-glass'] }],
    ['by another name', { kind: 'user', names: ['dana', 'dana@acme.example'] }],
  ])('is not one for a target %s', (_, target) => {
    expect(protectionOf(policy, target)).toBeNull();
  });
});

describe('who decides on a target', () => {
  const board = aRule({ id: 'board', target: 'ceo@*', quorum: 3 });
  const all = aRule({ id: 'all' });
  const act = { effect: 'disruptive', capability: 'okta.user.suspend' } as const;

  it('is the first rule that fits one of its names', () => {
    const policy = { approvals: [board, all] };
    expect(approvalRuleOf(policy, { ...act, names: ['<email:k1.x>', 'CEO@acme.example'] })).toBe(
      board,
    );
    expect(approvalRuleOf(policy, { ...act, names: ['<email:k1.x>'] })).toBe(all);
  });

  it('is nobody where no rule fits', () => {
    expect(approvalRuleOf({ approvals: [board] }, { ...act, names: ['dana'] })).toBeNull();
  });
});

describe('policy asks what a target is called', () => {
  const act = { effect: 'disruptive', capability: 'okta.user.suspend' } as const;
  const all = aRule({ id: 'all', target: '*' });
  const board = aRule({ id: 'board', target: 'ceo@*' });

  it.each([
    ['protects some of its kind', { protectedTargets: [breakGlass], approvals: [all] }],
    ['has some decided by others', { protectedTargets: [], approvals: [board, all] }],
  ])('where it %s', (_, policy) => {
    expect(asksForName(policy, 'user', act)).toBe(true);
  });

  it.each([
    ['protects another kind', { protectedTargets: [breakGlass], approvals: [all] }, 'host'],
    [
      'protects all of a kind',
      { protectedTargets: [{ ...breakGlass, match: '*' }], approvals: [all] },
      'user',
    ],
  ])('not where it %s', (_, policy, kind) => {
    expect(asksForName(policy, kind, act)).toBe(false);
  });

  it('not for rules of approval where none is to be decided', () => {
    expect(asksForName({ protectedTargets: [], approvals: [board] }, 'user', null)).toBe(false);
  });
});
