import type { Secret } from './secrets.ts';
import type { SenderProof } from './sender-proof.ts';

/** How a product asks first whether somebody is there. */
export type Handshake =
  | { readonly kind: 'okta' | 'graph' | 'event-grid' }
  | {
      readonly kind: 'cloudevents';
      readonly origins: readonly string[];
      readonly perMinute: number;
    };

export interface SourceConfig {
  readonly verify: SenderProof;
  readonly handshake?: Handshake;
  readonly deliveryHeader?: string;
  readonly pull?: PullSource;
  /** Each delivery holds all that is wrong, or all of the report that a header names. */
  readonly completeReports?: boolean | { readonly named: string };
  /** Durations such as `1h`. */
  readonly cadence?: { readonly every: string; readonly owner: string };
  readonly canary?: { readonly every: string; readonly within: string; readonly owner: string };
  readonly keepOriginals?: boolean;
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  readonly storm?: { readonly perMinute: number; readonly burst: number };
  readonly format?: string;
}

interface Asked {
  readonly address: string;
  readonly secret?: Secret;
  readonly header?: string;
  readonly private: boolean;
  /** Durations such as `1m`. */
  readonly every: string;
  readonly overlap: string;
  readonly path: string;
}

export interface PagesPull extends Asked {
  readonly kind: 'pages';
  readonly since?: string;
  readonly cursor: string;
  readonly items: string;
  readonly next: string;
}

/** A source that is asked instead of sending, or beside it. */
export type PullSource = PagesPull | (Asked & { readonly kind: 'github-deliveries' });
