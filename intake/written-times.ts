import RE2 from 're2';

const months: Readonly<Record<string, string>> = {
  jan: '01',
  feb: '02',
  mar: '03',
  apr: '04',
  may: '05',
  jun: '06',
  jul: '07',
  aug: '08',
  sep: '09',
  oct: '10',
  nov: '11',
  dec: '12',
};

/** Names for the parts, in the order in which each form writes them. */
interface Form {
  readonly pattern: RE2;
  readonly parts: readonly ('year' | 'month' | 'day' | 'clock' | 'half' | 'zone')[];
}

const clock = String.raw`(\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?)`;
const zone = String.raw`(Z|UTC|GMT|[+-]\d\d:?\d\d)`;

const forms: readonly Form[] = [
  // RFC 1123 and RFC 2822: Sat, 05 Jun 2016 15:10:09 GMT
  {
    pattern: new RE2(
      `^(?:[A-Za-z]{3},? )?(\\d{1,2}) ([A-Za-z]{3})[a-z]* (\\d{4}) ${clock} ?${zone}?$`,
    ),
    parts: ['day', 'month', 'year', 'clock', 'zone'],
  },
  // 07-May-2024 08:21:10, as products from Europe and Oracle write it
  {
    pattern: new RE2(`^(\\d{1,2})-([A-Za-z]{3})-(\\d{4})[ T]${clock} ?${zone}?$`),
    parts: ['day', 'month', 'year', 'clock', 'zone'],
  },
  // ctime: Tue Sep 30 17:37:30 2014 (UTC)
  {
    pattern: new RE2(
      `^(?:[A-Za-z]{3} )?([A-Za-z]{3}) +(\\d{1,2}) ${clock} (?:[A-Z]{3,4} )?(\\d{4})(?: ${zone})?$`,
    ),
    parts: ['month', 'day', 'clock', 'year', 'zone'],
  },
  // Sep 1, 2017 4:12:29 PM, and ArcSight's Sep 01 2017 16:12:29
  {
    pattern: new RE2(
      `^([A-Za-z]{3})[a-z]* (\\d{1,2}),? (\\d{4}),? ${clock} ?([AaPp][Mm])? ?${zone}?$`,
    ),
    parts: ['month', 'day', 'year', 'clock', 'half', 'zone'],
  },
  // Web servers: 12/Feb/2020:08:32:15 -0600
  {
    pattern: new RE2(`^(\\d{1,2})/([A-Za-z]{3})/(\\d{4})[: ]${clock} ?${zone}?$`),
    parts: ['day', 'month', 'year', 'clock', 'zone'],
  },
  // American, as Snort with -y and many mails: 05/30/2024-19:09:10.917356, 5/30/2024 7:09:10 PM
  {
    pattern: new RE2(`^(\\d{1,2})/(\\d{1,2})/(\\d{4})[- ,]+${clock} ?([AaPp][Mm])? ?${zone}?$`),
    parts: ['month', 'day', 'year', 'clock', 'half', 'zone'],
  },
  // 2024/05/30 19:09:10, 2024.05.30 19:09:10
  {
    pattern: new RE2(`^(\\d{4})[/.](\\d{1,2})[/.](\\d{1,2})[ T]${clock} ?${zone}?$`),
    parts: ['year', 'month', 'day', 'clock', 'zone'],
  },
  // A day alone
  { pattern: new RE2(/^(\d{4})-(\d\d)-(\d\d)$/), parts: ['year', 'month', 'day'] },
];

/** A time as people and older products write it, in the form that RFC 3339 has; null where it is none of them. */
export function toRfc3339(text: string): string | null {
  if (text.length < 10 || text.length > 48) return null;
  // All but a day alone have a clock; few texts that are no times do.
  if (text.length > 10 && !text.includes(':')) return null;
  for (const { pattern, parts } of forms) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const said: { [part: string]: string } = {};
    for (const [index, part] of parts.entries()) said[part] = match[index + 1] ?? '';
    return assembled(said);
  }
  return null;
}

function assembled(said: { readonly [part: string]: string }): string | null {
  // 25/06/2021 cannot be American: there is no 25th month.
  const dayFirst = Number(said['month']) > 12 && Number(said['day']) <= 12;
  const [monthSaid, daySaid] = dayFirst
    ? [said['day'], said['month']]
    : [said['month'], said['day']];
  const month = monthOf(monthSaid ?? '');
  if (month === null) return null;
  const day = (daySaid ?? '').padStart(2, '0');
  const time = clockOf(said['clock'] || '00:00:00', (said['half'] ?? '').toLowerCase());
  return `${said['year']}-${month}-${day}T${time}${said['zone'] || 'Z'}`;
}

function monthOf(text: string): string | null {
  if (text >= '0' && text <= '99') return text.padStart(2, '0');
  const name = text.toLowerCase();
  return Object.hasOwn(months, name) ? (months[name] ?? null) : null;
}

function clockOf(text: string, half: string): string {
  const [hour = '0', minute = '00', second = '00'] = text.split(':');
  const at = Number(hour) % (half === '' ? 24 : 12);
  return [String(half === 'pm' ? at + 12 : at).padStart(2, '0'), minute, second].join(':');
}
