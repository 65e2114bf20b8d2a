import RE2 from 're2';
import type { JsonObject } from '../../domain/json.ts';
import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { literal, whole } from '../sources.ts';
import { syslogHead } from '../syslog-head.ts';
import { ruleOfPriority } from './snort3-json.ts';

const mark = new RE2(
  /\[(\d{1,10}):(\d{1,10}):(\d{1,10})\]\s+(.*?)\s*(?:\[\*\*\]|\[Classification|\[Priority|$)/,
);
const grade = new RE2(/\[Priority:\s*(\d{1,3})\]/);
const classed = new RE2(/\[Classification:\s*([^\]]+)\]/);
const flow = new RE2(/\{([A-Za-z0-9-]{1,16})\}\s+(\S+)\s+->\s+(\S+)/);
const dated = new RE2(/^(\d\d\/\d\d(?:\/\d{4})?-\d\d:\d\d:\d\d(?:\.\d+)?)/);

/** One line of Snort's or Suricata's fast log (also within syslog), or null. Most of them state no year. */
export function snortFastLine(line: string): JsonObject | null {
  if (!line.includes('->') || !line.includes('[')) return null;
  const text = line.slice(0, lineCharsMax);
  const found = mark.exec(text);
  const path = flow.exec(text);
  if (found === null || path === null) return null;
  return {
    fastAlert: true,
    gid: String(found[1]),
    sid: String(found[2]),
    rev: String(found[3]),
    msg: String(found[4]),
    priority: grade.exec(text)?.[1] ?? '',
    classification: classed.exec(text)?.[1] ?? '',
    protocol: String(path[1]),
    source: address(String(path[2])),
    destination: address(String(path[3])),
    time: dated.exec(text)?.[1] ?? syslogHead(text).time,
    line: text,
  };
}

const lineCharsMax = 4_096;

/** Without the port: `192.0.2.1:53`, `[2001:db8::1]:53`, or as Snort writes it `2001:db8::1:53`. */
function address(text: string): string {
  if (text.startsWith('[')) return text.slice(1, text.indexOf(']'));
  const colon = text.lastIndexOf(':');
  return colon > 0 && text.includes('.') ? text.slice(0, colon) : text;
}

/** Snort's alert_fast output. */
export const snortFast = declare({
  name: 'snort-fast',
  recognises: has('fastalert', 'sid'),
  kind: 'detection',
  product: literal('Snort'),
  title: ['msg', whole(':', 'gid', 'sid')],
  description: 'classification',
  uid: whole(':', 'gid', 'sid', 'rev'),
  time: 'time',
  severity: [ruleOfPriority],
  analytic: { uid: whole(':', 'gid', 'sid'), name: 'msg' },
  resources: [{ type: 'host', name: 'destination' }],
  actors: [{ type: 'unknown', name: 'source' }],
  observables: [
    ['ip', 'actor', 'source'],
    ['ip', 'target', 'destination'],
  ],
});
