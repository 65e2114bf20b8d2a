import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { folded } from '../fold.ts';

/** One alert of a body: with what its group says of all, and as it came. */
export interface Item {
  readonly shown: JsonObject;
  readonly raw: JsonObject;
}

const itemKeys = [
  'alerts',
  'findings',
  'violations',
  'detections',
  'incidents',
  'events',
  'results',
  'messages',
];
const ownNames = [
  'incidentid',
  'incidentname',
  'caseid',
  'id',
  'uid',
  'uuid',
  'alertid',
  'title',
  'findingid',
  'runid',
];

/**
 * A group of alerts is split, each with what the group says of all of them, if the group itself has no identity and
 * each of its items looks like an alert. Two alerts are never made one.
 */
export function itemsOf(value: JsonObject): readonly Item[] {
  const group = folded(value);
  const whole = [{ shown: group, raw: value }];
  if (ownNames.some((name) => group[name] !== undefined && name !== 'title')) return whole;
  for (const holder of [group, ...Object.values(group).filter(isObject)]) {
    for (const key of itemKeys) {
      const list = holder[key];
      if (!Array.isArray(list) || list.length === 0) continue;
      const items = (list as readonly Json[]).filter(isObject);
      if (items.length !== list.length || !items.every(looksLikeAlert)) continue;
      const { [key]: _, ...common } = holder;
      const shared = holder === group ? common : { ...group, ...common };
      return items.map((item) => ({ shown: { ...shared, ...item }, raw: item }));
    }
  }
  return whole;
}

const headKeys = [
  'title',
  'name',
  'message',
  'summary',
  'labels',
  'annotations',
  'rule',
  'description',
  'msg',
  'detectionname',
  'alertname',
  'rulename',
  'threatname',
];
const gradeKeys = [
  'severity',
  'status',
  'state',
  'startsat',
  'timestamp',
  'time',
  'level',
  'priority',
  'result',
  'enforcementaction',
  'createdat',
  'created',
];

const looksLikeAlert = (item: JsonObject): boolean =>
  headKeys.some((key) => item[key] !== undefined) &&
  gradeKeys.some((key) => item[key] !== undefined);
