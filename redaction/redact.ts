import { SallyportError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import {
  compiledRules,
  defaultPolicy,
  digestOfPolicy,
  optInsOf,
  type RedactionPolicy,
} from './policy.ts';
import { optInKinds } from './rules/personal/all.ts';
import type { RedactionReport } from './report.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { createScanner, type Scanner } from './scan.ts';
import { startPass } from './pass.ts';
import { createOlderMint, createTokenMint, type TokenNames } from './tokens.ts';
import type { SpanKind } from './spans.ts';
import { redactTextPart } from './text-part.ts';
import { redactTree } from './walk.ts';
import { nothingSeen } from './walk-state.ts';

export interface RedactorOptions {
  /** HMAC keys for tokens. */
  readonly tokenKeys: KeyRing;
  /** AES keys for the originals; without them nothing is sealed and tokens cannot be revealed. */
  readonly vaultKeys?: KeyRing;
  readonly tenant?: string;
  readonly policy?: RedactionPolicy;
  /** For the end of overlaps between token keys; left out: they do not end. */
  readonly nowMs?: () => number;
  /** Called with the kind of each thing that was replaced, for metrics. */
  readonly onReplaced?: (kind: string) => void;
}

export interface Redacted {
  readonly value: Json;
  readonly report: RedactionReport;
  readonly sealed: readonly SealedOriginal[];
}

export interface RedactedText {
  readonly text: string;
  readonly report: RedactionReport;
  readonly sealed: readonly SealedOriginal[];
}

/**
 * Takes secrets and personal data out of JSON and text. Synchronous, never throws on any input, never lets an original through
 * on an error (it masks instead), idempotent: what it made it leaves alone.
 */
export interface Redactor {
  redact(value: unknown, policy?: RedactionPolicy): Redacted;
  redactText(text: string, policy?: RedactionPolicy): RedactedText;
  /**
   * Redacts the part of a longer text, with what stands around it in view. The part may end later than asked, behind something that
   * begins in it. For streams: `redactStream`.
   */
  redactPart(text: string, part: TextRange): RedactedPart;
  /** For documents that repeat one another. */
  session(policy?: RedactionPolicy): RedactionSession;
  readonly policyDigest: string;
}

/**
 * Redacts documents that share objects and texts: an alert, and what was read out of it. What was met before is answered from memory,
 * which lives as long as the session does; it is counted once.
 */
export interface RedactionSession {
  /** `sealed`: the originals that no earlier document of the session held. */
  redact(value: unknown): { readonly value: Json; readonly sealed: readonly SealedOriginal[] };
  /** What the tokens of its documents would be under older keys, where these overlap with the current one. */
  olderNames(): TokenNames;
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
  /** Secrets of earlier parts: they are followed into this one, and what is found here is added. */
  readonly found?: Map<string, SpanKind>;
}

export interface RedactedPart extends RedactedText {
  /** Where the part ended in the given text. */
  readonly end: number;
}

export const defaultTenant = 'default';
const scanners = new Map<string, Scanner>();
const scannersOf = new WeakMap<RedactionPolicy, Scanner>();

/** One scanner for all policies that look for the same kinds: most look for none besides the usual ones. */
function scannerFor(policy: RedactionPolicy): Scanner {
  const ready = scannersOf.get(policy);
  if (ready !== undefined) return ready;
  const wanted = optInsOf(policy);
  const key = wanted.join();
  const scanner =
    scanners.get(key) ??
    createScanner(
      compiledRules().filter((rule) => !optInKinds.has(rule.kind) || wanted.includes(rule.kind)),
    );
  scanners.set(key, scanner);
  scannersOf.set(policy, scanner);
  return scanner;
}

export function createRedactor(options: RedactorOptions): Redactor {
  const tenant = options.tenant ?? defaultTenant;
  const ownPolicy = options.policy ?? defaultPolicy;
  const tools = {
    mint: createTokenMint(options.tokenKeys, tenant),
    mintOlder: createOlderMint(options.tokenKeys, tenant, options.nowMs ?? (() => 0)),
    vaultKeys: options.vaultKeys ?? null,
    tenant,
    onReplaced: options.onReplaced,
  };
  const digests = new WeakMap<RedactionPolicy, string>();
  const digestFor = (policy: RedactionPolicy): string => {
    const digest = digests.get(policy) ?? digestOfPolicy(policy);
    digests.set(policy, digest);
    return digest;
  };
  const policyDigest = digestFor(ownPolicy);
  return {
    policyDigest,
    redact: (value, policy = ownPolicy) => {
      const pass = startPass({ ...tools, scanner: scannerFor(policy) }, policy, digestFor(policy));
      return { value: redactTree(pass, value), report: pass.report(), sealed: pass.sealed() };
    },
    session: (policy = ownPolicy) => {
      const pass = startPass({ ...tools, scanner: scannerFor(policy) }, policy, digestFor(policy));
      const seen = (policy.paths ?? []).length === 0 ? nothingSeen() : null;
      let known = 0;
      return {
        redact: (given) => {
          const value = redactTree(pass, given, seen);
          const sealed = pass.sealed().slice(known);
          known += sealed.length;
          return { value, sealed };
        },
        olderNames: () => pass.olderNames(),
      };
    },
    redactText: (text, policy = ownPolicy) => {
      const pass = startPass({ ...tools, scanner: scannerFor(policy) }, policy, digestFor(policy));
      const value = redactTree(pass, String(text));
      if (typeof value !== 'string')
        throw new SallyportError('BROKEN_INVARIANT', 'a text became something else');
      return { text: value, report: pass.report(), sealed: pass.sealed() };
    },
    redactPart: (text, part) => {
      const pass = startPass({ ...tools, scanner: scannerFor(ownPolicy) }, ownPolicy, policyDigest);
      const done = redactTextPart(pass, text, part);
      return { ...done, report: pass.report(), sealed: pass.sealed() };
    },
  };
}
