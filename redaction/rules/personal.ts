import type { Rule } from '../rule.ts';

const personal = (rule: Omit<Rule, 'class'>): Rule => ({ ...rule, class: 'personal' });

/** Personal data that a pattern with a check can find. Addresses, host names and user names are evidence and stay. */
export const personalRules: readonly Rule[] = [
  personal({
    id: 'email',
    kind: 'email',
    literals: ['@'],
    pattern:
      "[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\\.){1,8}[A-Za-z]{2,24}\\b",
    validator: 'email',
    source: 'https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2',
  }),
  personal({
    id: 'phone-international',
    kind: 'phone',
    literals: ['+'],
    digitsMin: 8,
    pattern:
      '(?:^|[^A-Za-z0-9+/=_.-])(\\+[1-9]\\d{0,2}[ .-]?(?:\\(\\d{1,4}\\)[ .-]?)?\\d{1,4}(?:[ .-]?\\d{2,4}){1,4})(?:[^\\d:+A-Za-z/=_]|$)',
    group: 1,
    validator: 'phone',
    source: 'https://www.itu.int/rec/T-REC-E.164',
  }),
  personal({
    id: 'phone-us',
    kind: 'phone',
    literals: [],
    digitsMin: 10,
    pattern:
      '(?:^|[^A-Za-z0-9+/=_.-])((?:\\+?1[ .-]?)?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[.-])[2-9]\\d{2}[.-]\\d{4})(?:[^\\d.A-Za-z_-]|$)',
    group: 1,
    validator: 'phone',
    source: 'https://www.nanpa.com/numbering',
    context: [
      'phone',
      'tel',
      'mobile',
      'cell',
      'call',
      'fax',
      'contact',
      'sms',
      'whatsapp',
      'number',
      '(',
    ],
  }),
  personal({
    id: 'phone-near-word',
    kind: 'phone',
    literals: ['phone', 'telefon', 'mobile', 'tel:', 'tel.', 'cell', 'handy', 'whatsapp'],
    digitsMin: 8,
    pattern:
      '(?i)(?:phone|telefon|mobile|tel[.:]|cell|handy|whatsapp)[^\\n\\d+]{0,24}?(\\(?\\d{2,5}\\)?(?:[ ./-]?\\d{2,4}){2,4})(?:[^\\d:.A-Za-z_-]|[.]?$|[.] )',
    group: 1,
    validator: 'phone',
    source: 'https://www.itu.int/rec/T-REC-E.123',
  }),
  personal({
    id: 'payment-card',
    kind: 'payment-card',
    literals: [],
    digitsMin: 13,
    pattern:
      '(?:^|[^A-Za-z0-9._-])([2-6]\\d{3}(?:[ -]?\\d{4}){3}(?:\\d{3})?|3[47]\\d{2}[ -]?\\d{6}[ -]?\\d{5}|3[0689]\\d{2}[ -]?\\d{6}[ -]?\\d{4})(?:[^A-Za-z0-9_-]|$)',
    group: 1,
    validator: 'luhnCard',
    source: 'ISO/IEC 7812-1',
  }),
  personal({
    id: 'iban',
    kind: 'iban',
    literals: [],
    digitsMin: 9,
    pattern: '\\b[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\\b',
    validator: 'iban',
    source: 'https://www.swift.com/standards/data-standards/iban-international-bank-account-number',
  }),
  personal({
    id: 'us-ssn',
    kind: 'us-ssn',
    literals: [],
    digitsMin: 9,
    pattern: '(?:^|[^A-Za-z0-9._/-])(\\d{3}-\\d{2}-\\d{4})(?:[^A-Za-z0-9_-]|$)',
    group: 1,
    validator: 'usSsn',
    source: 'https://www.ssa.gov/employer/randomization.html',
  }),
  personal({
    id: 'us-ssn-near-word',
    kind: 'us-ssn',
    literals: ['ssn', 'social security'],
    digitsMin: 9,
    pattern: '(?i)(?:\\bssn|social.security)[^\\n\\d]{0,24}?(\\d{3}[ .]?\\d{2}[ .]?\\d{4})\\b',
    group: 1,
    validator: 'usSsn',
    source: 'https://www.ssa.gov/employer/randomization.html',
  }),
  personal({
    id: 'passport-near-word',
    kind: 'passport',
    literals: ['passport'],
    digitsMin: 6,
    pattern:
      '(?i)passports?(?:[ _-]?(?:no|number|nr|id))?[^\\n\\dA-Z]{0,4}(?: is )?[^\\n\\dA-Z]{0,3}([A-Z]{1,2}\\d{6,8}|\\d{9})\\b',
    group: 1,
    source: 'https://www.icao.int/publications/pages/publication.aspx?docnum=9303',
  }),
];
