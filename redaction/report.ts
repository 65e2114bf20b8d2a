import type { Confidence } from './rule.ts';

/** What was replaced, never the value, its length or a hash of it. */
export interface RedactionReport {
  readonly policyDigest: string;
  readonly replacements: readonly Replacement[];
  /** Kind → how often; complete even where `replacements` was cut at its bound. */
  readonly counts: { readonly [kind: string]: number };
  /** Bounds that were crossed; what lies beyond was masked. */
  readonly bounds: readonly BoundCrossed[];
}

export interface Replacement {
  readonly kind: string;
  readonly rule: string;
  /** JSON Pointer (RFC 6901) of the value; names of fields in it are redacted themselves. */
  readonly path: string;
  readonly action: 'mask' | 'token' | 'drop' | 'partial';
  readonly confidence: Confidence;
  /** What the value was encoded in, from the outside in: `['base64', 'gzip']`. */
  readonly decoders?: readonly string[];
}

export interface BoundCrossed {
  readonly path: string;
  readonly bound:
    | 'leaf'
    | 'depth'
    | 'nodes'
    | 'work'
    | 'error'
    | 'matches'
    | 'decoders'
    | 'decoded-bytes';
}

export const reportLimits = { replacements: 1_000, bounds: 100, pathChars: 512 } as const;
