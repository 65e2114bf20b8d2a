import type { KeyRing } from '../domain/key-ring.ts';
import { maskOf, partialOf } from './kinds.ts';
import { actionAt, actionForWhole, type RedactionAction, type RedactionPolicy } from './policy.ts';
import {
  reportLimits,
  type BoundCrossed,
  type RedactionReport,
  type Replacement,
} from './report.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { boundRules, type Scanner } from './scan.ts';
import type { SpanKind } from './spans.ts';
import { seal, vaultBinding } from './seal.ts';
import { createNameBook, type TokenNames } from './tokens.ts';

export interface PassTools {
  readonly scanner: Scanner;
  readonly mint: (kind: string, value: string) => string;
  /** Tokens of older keys that still overlap with the current one. */
  readonly mintOlder: (kind: string, value: string) => readonly string[];
  readonly vaultKeys: KeyRing | null;
  readonly tenant: string;
  /** Called for each replacement, for metrics. */
  readonly onReplaced?: ((kind: string) => void) | undefined;
}

/** Where something stands; built only when something is found. */
export type PathOf = () => string;

/** One redaction of one document: replaces, counts, remembers what the vault must keep. */
export interface Pass {
  readonly scanner: Scanner;
  /** What stands in place of `original`; null where policy keeps the kind. */
  replace(
    found: SpanKind & { readonly action?: RedactionAction },
    original: string,
    path: PathOf,
  ): string | null;
  /** What the policy says of the whole value at a path, whatever it holds; null where it says nothing. */
  whole(path: PathOf): RedactionAction | null;
  crossed(bound: BoundCrossed['bound'], path: PathOf): void;
  report(): RedactionReport;
  sealed(): readonly SealedOriginal[];
  /** What the tokens that were made would be under older keys, where these overlap with the current one. */
  olderNames(): TokenNames;
}

export function startPass(tools: PassTools, policy: RedactionPolicy, policyDigest: string): Pass {
  const replacements: Replacement[] = [];
  const bounds: BoundCrossed[] = [];
  const counts: Record<string, number> = {};
  const originals = new Map<string, SealedOriginal>();
  const older = new Map<string, readonly string[]>();
  const book = createNameBook();
  const cut = (path: PathOf): string => path().slice(0, reportLimits.pathChars);
  const crossed: Pass['crossed'] = (bound, path) => {
    if (bounds.length < reportLimits.bounds) bounds.push({ bound, path: cut(path) });
  };
  return {
    scanner: tools.scanner,
    replace: (found, original, path) => {
      const action = found.action ?? actionAt(policy, found, path);
      if (action === 'keep') return null;
      counts[found.kind] = (counts[found.kind] ?? 0) + 1;
      tools.onReplaced?.(found.kind);
      if (replacements.length < reportLimits.replacements)
        replacements.push(replacementOf(found, cut(path), action));
      const bound = boundOf(found.rule);
      if (bound !== null) crossed(bound, path);
      if (action === 'mask') return maskOf(found.kind);
      if (action === 'drop') return '';
      if (action === 'partial') return partialOf(found.kind, original);
      const token = tools.mint(found.kind, original);
      const aliases = older.get(token) ?? tools.mintOlder(found.kind, original);
      if (aliases.length > 0 && !older.has(token)) {
        older.set(token, aliases);
        for (const alias of aliases) book.add(token, alias);
      }
      if (tools.vaultKeys !== null && !originals.has(token))
        originals.set(
          token,
          sealOriginal(tools.vaultKeys, {
            token,
            kind: found.kind,
            tenant: tools.tenant,
            original,
            older: aliases,
          }),
        );
      return token;
    },
    crossed,
    whole: (path) => actionForWhole(policy, path),
    report: () => ({ policyDigest, replacements, counts, bounds }),
    sealed: () => [...originals.values()],
    olderNames: () => book.names,
  };
}

const replacementOf = (
  found: SpanKind,
  path: string,
  action: Replacement['action'],
): Replacement => ({
  kind: found.kind,
  rule: found.rule,
  path,
  action,
  confidence: found.confidence ?? 'likely',
  ...(found.decoders === undefined ? {} : { decoders: found.decoders }),
});

function boundOf(rule: string): BoundCrossed['bound'] | null {
  switch (rule) {
    case boundRules.decoders:
      return 'decoders';
    case boundRules.bytes:
      return 'decoded-bytes';
    case boundRules.matches:
      return 'matches';
    default:
      return null;
  }
}

function sealOriginal(
  keys: KeyRing,
  of: { token: string; kind: string; tenant: string; original: string; older: readonly string[] },
): SealedOriginal {
  const { keyId, sealed } = seal(
    keys,
    Buffer.from(of.original, 'utf8'),
    vaultBinding(of.tenant, of.token),
  );
  const older = of.older.length === 0 ? {} : { older: of.older };
  return { token: of.token, kind: of.kind, keyId, sealed, ...older };
}
