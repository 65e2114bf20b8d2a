/** Why an incident waits for triage although it is due. Kept after it ended, for whoever asks why the ticket came late. */
export interface Hold {
  readonly kind: 'deploy' | 'flapping';
  /** RFC 3339; the severity that rises above the hold's floor ends it sooner. */
  readonly until: string;
  readonly why: string;
  /** The deploy that it waits for, if it does. */
  readonly ref: string | null;
  readonly heldAt: string;
}
