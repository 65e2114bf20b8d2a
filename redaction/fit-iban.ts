const ibanChars = 34;

/** An IBAN in running text may be followed by more capitals: cuts the match to the first length that its country issues. */
export function fitIban(text: string, start: number, end: number): readonly [number, number] {
  const wanted = ibanLengthOf(text.slice(start, start + 2));
  if (wanted === null) return [start, end];
  let taken = 0;
  for (let at = start; at < end && at - start < ibanChars * 2; at += 1) {
    if (/[A-Z0-9]/.test(text.charAt(at))) taken += 1;
    if (taken === wanted)
      return /[A-Za-z0-9]/.test(text.charAt(at + 1)) ? [start, end] : [start, at + 1];
  }
  return [start, end];
}

/** Lengths by country from the SWIFT IBAN registry. */
const lengths = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 ' +
    'GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 ' +
    'MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((row): [string, number] => [row.slice(0, 2), Number(row.slice(2))]),
);

export const ibanLengthOf = (country: string): number | null => lengths.get(country) ?? null;
