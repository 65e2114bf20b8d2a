/**
 * How V8 keeps the heaps of the engine: its own thread's, intake's and the workflows' (ADR 27). Space for new objects in MB, which each
 * thread clears by itself, and by how much a heap may grow over what was alive before it is looked through again, in percent.
 */
export const engineFlags = [
  '--max-semi-space-size=16',
  '--no-parallel-scavenge',
  '--heap-growing-percent=50',
];
