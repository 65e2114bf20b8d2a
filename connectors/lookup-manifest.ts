import type { CapabilityManifest } from '../domain/capability.ts';

/** The manifest of what reads and changes nothing, reveals nothing and may be asked again at any time. */
export const lookupManifest = (
  said: Pick<CapabilityManifest, 'name' | 'title' | 'reach'>,
): Omit<CapabilityManifest, 'input' | 'output'> => ({
  effect: 'read',
  privilege: 'lookup',
  target: null,
  reveals: [],
  undo: null,
  precondition: null,
  settle: 'by-state',
  ...said,
});
