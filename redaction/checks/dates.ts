import { isDay } from './check-digits.ts';

export const dateChecks = {
  birthDate: (text: string): boolean => isBirthDate(text),
} as const;

/** Three letters begin every month in English, German, French, Spanish, Italian, Dutch and Portuguese. */
const months = new Set(
  'jan feb mar apr may jun jul aug sep oct nov dec mae mai okt dez fev avr jui aou ene abr ago dic gen mag giu lug set ott mrt mei out'.split(
    ' ',
  ),
);

/** Any order of day and month that the calendar allows; a month in letters is believed by its beginning. */
function isBirthDate(text: string): boolean {
  const word = /[a-z]{3,}/i.exec(text.replace(/\d(?:st|nd|rd|th)/i, ''))?.[0].toLowerCase();
  if (word !== undefined) return months.has(word.slice(0, 3));
  const [a = '', b = '', c = ''] = text.split(/[^\d]+/);
  return a.length === 4 ? isDay(a, b, c) : isDay(c, b, a) || isDay(c, a, b);
}
