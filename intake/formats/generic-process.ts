import type { Leaf } from '../leaves.ts';

const processes: ReadonlySet<string> = new Set([
  'process',
  'processes',
  'parentprocess',
  'initiatingprocess',
  'processtree',
  'ancestors',
  'args',
  'arguments',
  'argv',
]);
/** Paths, parents and images of what ran are clues, not what an alert is about. */
export const isOfProcess = ({ parts }: Leaf): boolean =>
  parts.some((part, index) => index < parts.length - 1 && processes.has(part));
