import type { Actor, FindingKind, Observable, Resource } from '../domain/finding.ts';
import type { Draft } from './draft.ts';
import type { Severity } from './severity.ts';
import type { Test } from './recognise.ts';
import type { Sources, View } from './view.ts';

/** A format as data: each field says where it stands. The first source that gives something counts, except in lists. */
export interface Declaration {
  readonly name: string;
  /** See `FormatReader.carrier`. */
  readonly carrier?: boolean;
  /** Looks at the folded body. */
  readonly recognises: Test;
  /** Top-level keys that are not kept: secrets of the transport. */
  readonly omits?: readonly string[];
  /** Objects of the body whose keys count as the body's own (the inner one wins). */
  readonly merge?: readonly string[];
  /** Where the alerts of one body stand, each a finding; without it the body is one alert. */
  readonly items?: string;
  /** True for what is no finding: a passed check. */
  skips?(view: View): boolean;
  readonly kind: FindingKind | ((view: View) => FindingKind);
  readonly product: Sources;
  readonly title: Sources;
  readonly description?: Sources;
  readonly uid: Sources;
  readonly time: Sources;
  readonly severity?: readonly SeverityRule[];
  readonly status?: StatusRule;
  readonly analytic?: { readonly uid?: Sources; readonly name: Sources };
  readonly resources?: readonly ResourceRule[];
  readonly actors?: readonly ActorRule[];
  readonly observables?: readonly ObservableRule[];
  /** Parts whose typed values (addresses, hashes, …) are observables too; `''` is the whole alert. */
  readonly sweep?: readonly string[];
  /** Texts in which addresses and hashes are looked for; title and description where nothing is said. */
  readonly prose?: Sources;
  readonly attacks?: Sources;
  readonly compliance?: {
    readonly standard: Sources;
    readonly control: Sources;
    readonly status: Sources;
  };
  readonly remediation?: { readonly text: Sources; readonly url: Sources };
  readonly link?: Sources;
}

export type SeverityRule = (view: View) => Severity | null;

/** The first source that says one of the words decides. What none of them knows is `otherwise`. */
export interface StatusRule {
  readonly from: Sources;
  readonly closed: readonly string[];
  /** Without it every other word means open. */
  readonly open?: readonly string[];
  readonly otherwise: Draft['status'];
}

export interface ResourceRule {
  readonly type: Resource['type'];
  readonly name: Sources;
  /** Read beside `name`; with several names the ids are those at the same place. */
  readonly uid?: Sources;
  readonly namespace?: Sources;
  readonly cluster?: Sources;
  readonly account?: Sources;
  readonly region?: Sources;
}

export interface ActorRule {
  readonly type: Actor['type'];
  readonly name: Sources;
  readonly uid?: Sources;
}

export type ObservableRule = readonly [
  type: Observable['type'],
  role: Observable['role'],
  sources: Sources,
];
