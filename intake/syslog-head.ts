import RE2 from 're2';

/** What stands before a message in syslog: any of RFC 5424, RFC 3164, a bare ISO time with a host, or nothing. */
export interface SyslogHead {
  /** As written: it may lack its year. */
  readonly time: string;
  readonly host: string;
}

const iso = new RE2(
  /(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)\s+(\S+)/,
);
const old = new RE2(/([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\s+(\S+)/);

export function syslogHead(text: string): SyslogHead {
  const head = text.slice(0, headCharsMax);
  const dated = iso.exec(head);
  if (dated !== null) return { time: String(dated[1]), host: String(dated[2]) };
  const undated = old.exec(head);
  return undated === null
    ? { time: '', host: '' }
    : { time: String(undated[1]), host: String(undated[2]) };
}

const headCharsMax = 512;
