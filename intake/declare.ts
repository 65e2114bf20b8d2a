import type { Actor, Resource } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type {
  ActorRule,
  Declaration,
  ResourceRule,
  SeverityRule,
  StatusRule,
} from './declaration.ts';
import { draft, type Draft, type Envelope, type FormatReader } from './draft.ts';
import { fold } from './fields.ts';
import { folded } from './fold.ts';
import { actor, actorList, ObservableList, resource, resourceList } from './observables.ts';
import { unknownSeverity, type Severity } from './severity.ts';
import { parseTime } from './times.ts';
import { firstOf, textsOf, valuesAt, type Sources, type View } from './view.ts';

export function declare(format: Declaration): FormatReader {
  return {
    name: format.name,
    carrier: format.carrier === true,
    recognises: (value) => format.recognises(folded(value)),
    ...(format.recognises.heads === null ? {} : { heads: format.recognises.heads }),
    read: (value, envelope) =>
      viewsOf(format, value, envelope)
        .filter((view) => format.skips?.(view) !== true)
        .map((view) => readView(format, view)),
  };
}

function viewsOf(format: Declaration, raw: JsonObject, envelope: Envelope): readonly View[] {
  const group = merged(folded(raw), format.merge ?? []);
  if (format.items === undefined) return [{ value: group, group, raw, envelope }];
  const around: View = { value: group, group, raw, envelope };
  return valuesAt(around, format.items)
    .filter(isObject)
    .map((value) => ({ value, group, raw, envelope }));
}

function merged(body: JsonObject, paths: readonly string[]): JsonObject {
  const found: { [key: string]: Json } = Object.assign(Object.create(null), body);
  for (const path of paths) {
    let inner: Json | undefined = body;
    for (const part of path.split('.')) inner = isObject(inner) ? inner[fold(part)] : undefined;
    if (isObject(inner)) Object.assign(found, inner);
  }
  return found;
}

function readView(format: Declaration, view: View): Draft {
  const { envelope } = view;
  const title = firstOf(view, format.title);
  const description = format.description === undefined ? '' : firstOf(view, format.description);
  return draft({
    format: format.name,
    kind: typeof format.kind === 'function' ? format.kind(view) : format.kind,
    uid: firstOf(view, format.uid) || envelope.uid,
    title: title || description || `${firstOf(view, format.product)} alert`.trim(),
    description,
    time: timeOf(view, format.time) ?? envelope.time,
    ...severityOf(view, format.severity ?? []),
    status: format.status === undefined ? 'unknown' : statusOf(view, format.status),
    product: firstOf(view, format.product),
    analytic: analyticOf(format, view),
    resources: resourcesOf(view, format.resources ?? []),
    actors: actorList(...(format.actors ?? []).flatMap((one) => actorsOf(view, one))),
    observables: observablesOf(format, view, `${title}\n${description}`),
    attacks: format.attacks === undefined ? [] : [...new Set(textsOf(view, format.attacks))],
    compliance: complianceOf(format, view),
    remediation: remediationOf(format, view),
    link: format.link === undefined ? '' : firstOf(view, format.link),
    unmapped: unmappedOf(format, view),
  });
}

function unmappedOf({ items, omits }: Declaration, view: View): JsonObject {
  const all = items === undefined ? view.raw : view.value;
  if (omits === undefined) return all;
  return Object.fromEntries(Object.entries(all).filter(([key]) => !omits.includes(fold(key))));
}

function analyticOf({ analytic }: Declaration, view: View): Draft['analytic'] {
  if (analytic === undefined) return null;
  const name = firstOf(view, analytic.name);
  const uid = analytic.uid === undefined ? name : firstOf(view, analytic.uid) || name;
  return uid === '' ? null : { uid, name: name || uid };
}

/** The first of the sources that holds a time; `{seconds, nanos}` is one too. */
function timeOf(view: View, sources: Sources): string | null {
  if (typeof sources !== 'string' && typeof sources !== 'function') {
    for (const source of sources) {
      const time = timeOf(view, source);
      if (time !== null) return time;
    }
    return null;
  }
  const found: readonly Json[] =
    typeof sources === 'string' ? valuesAt(view, sources) : sources(view);
  for (const value of found) {
    const time = parseTime(value);
    if (time !== null) return time;
  }
  return null;
}

function severityOf(view: View, rules: readonly SeverityRule[]): Severity {
  let kept = unknownSeverity;
  for (const rule of rules) {
    const found = rule(view);
    if (found === null) continue;
    if (found.severityId > 0) return found;
    if (kept.severitySource === null) kept = found;
  }
  return kept;
}

function statusOf(view: View, rule: StatusRule): Draft['status'] {
  for (const text of textsOf(view, rule.from)) {
    const word = fold(text);
    if (rule.closed.includes(word)) return 'closed';
    if (rule.open === undefined || rule.open.includes(word)) return 'open';
  }
  return rule.otherwise;
}

function resourcesOf(view: View, rules: readonly ResourceRule[]): Draft['resources'] {
  const found = rules.flatMap((rule) => {
    const names = textsOf(view, rule.name);
    const uids = rule.uid === undefined ? [] : textsOf(view, rule.uid);
    const place = placeOf(view, rule);
    const length = Math.max(names.length, uids.length);
    return Array.from({ length }, (_, index) => {
      const one = resource(rule.type, names[index] ?? '', uids[index] ?? '');
      return one === null ? null : { ...one, ...place };
    });
  });
  return resourceList(...found, resource('account', view.envelope.account));
}

function placeOf(view: View, rule: ResourceRule): Partial<Resource> {
  const place: { -readonly [Key in 'namespace' | 'cluster' | 'account' | 'region']?: string } = {};
  for (const key of ['namespace', 'cluster', 'account', 'region'] as const) {
    const sources = rule[key];
    const text = sources === undefined ? '' : firstOf(view, sources);
    if (text !== '') place[key] = text;
  }
  return place;
}

function actorsOf(view: View, rule: ActorRule): readonly (Actor | null)[] {
  const names = textsOf(view, rule.name);
  const uids = rule.uid === undefined ? [] : textsOf(view, rule.uid);
  const length = Math.max(names.length, uids.length);
  return Array.from({ length }, (_, index) =>
    actor(rule.type, names[index] ?? '', uids[index] ?? ''),
  );
}

function observablesOf(format: Declaration, view: View, said: string): Draft['observables'] {
  const list = new ObservableList();
  for (const [type, role, sources] of format.observables ?? [])
    list.add(type, role, ...textsOf(view, sources));
  for (const path of format.sweep ?? [])
    for (const value of path === '' ? [view.value] : valuesAt(view, path)) list.addFromTree(value);
  return list
    .addFromText(...(format.prose === undefined ? [said] : textsOf(view, format.prose)))
    .list();
}

function complianceOf({ compliance }: Declaration, view: View): Draft['compliance'] {
  if (compliance === undefined) return null;
  const control = firstOf(view, compliance.control);
  const status = firstOf(view, compliance.status);
  if (control === '' && status === '') return null;
  return { standard: firstOf(view, compliance.standard), control, status };
}

function remediationOf({ remediation }: Declaration, view: View): Draft['remediation'] {
  if (remediation === undefined) return null;
  const text = firstOf(view, remediation.text);
  const url = firstOf(view, remediation.url);
  return text === '' && url === '' ? null : { text, url };
}
