import type { Environment } from '../platform/config.ts';
import type { MetricsSnapshot } from '../platform/metrics.ts';
import type { ComponentStatus } from './supervise.ts';

/** What the thread is started with. It reads the configuration itself: secrets are not sent about. */
export interface ThreadOrder {
  readonly configPath: string;
  readonly environment: Environment;
  /** What the embedded stack supplies to the configuration. */
  readonly variables: Readonly<Record<string, string>>;
  readonly listen: { readonly host: string; readonly port: number };
  /** Another port may be taken, and what cannot start is an error. Later the address stays, and all is tried again. */
  readonly isFirst: boolean;
}

export type ToThread =
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'look';
      readonly id: number;
      readonly statuses: readonly ComponentStatus[];
      readonly metrics: readonly MetricsSnapshot[];
    };

export type ToEngine =
  | { readonly kind: 'ready'; readonly url: string }
  /** Asks how the engine's own thread is. */
  | { readonly kind: 'look'; readonly id: number };
