/** What can be wrong with a log, most basic first. */
export type ProblemKind =
  | 'checkpoint'
  | 'rolled-back'
  | 'forked'
  | 'entry-changed'
  | 'entry-missing'
  | 'entry-extra'
  | 'entry-moved'
  | 'entry-repeated'
  | 'tile-missing'
  | 'tile-changed'
  | 'proof'
  | 'order'
  | 'root'
  | 'not-canonical'
  | 'decision'
  | 'format';

export interface Problem {
  readonly kind: ProblemKind;
  /** The entry's place in the log, or null where no single entry is to blame. */
  readonly index: number | null;
  readonly detail: string;
}

export interface Findings {
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  add(kind: ProblemKind, index: number | null, detail: string): void;
  note(text: string): void;
}

const problemsMax = 200;
const notesMax = 50;

export function collectFindings(): Findings {
  const problems: Problem[] = [];
  const notes: string[] = [];
  return {
    problems,
    notes,
    add: (kind, index, detail) =>
      void (problems.length < problemsMax && problems.push({ kind, index, detail })),
    note: (text) => void (notes.length < notesMax && notes.push(text)),
  };
}
