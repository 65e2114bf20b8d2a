import { parseTime } from '../times.ts';

/** Only plain decimal seconds: no sign, no space, no other digits. */
export function isFreshSeconds(
  timestamp: string,
  nowMs: number,
  toleranceSeconds: number,
): boolean {
  if (timestamp.length === 0 || timestamp.length > 12 || !isDecimal(timestamp)) return false;
  return Math.abs(nowMs / 1000 - Number(timestamp)) <= toleranceSeconds;
}

/** Some products write RFC 3339 instead of seconds. */
export function isFreshTime(timestamp: string, nowMs: number, toleranceSeconds: number): boolean {
  if (isDecimal(timestamp)) return isFreshSeconds(timestamp, nowMs, toleranceSeconds);
  const time = parseTime(timestamp);
  return time !== null && Math.abs(nowMs - Date.parse(time)) <= toleranceSeconds * 1000;
}

function isDecimal(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
