import { defaultPolicy, type RedactionPolicy } from './policy.ts';

/** The policies that ship. Each names what it does differently; the reference page lists every kind of each. */
export const profiles = {
  default: defaultPolicy,
  /** For what leaves the house: nothing personal can be turned back, and machines are masked with the people. */
  strict: {
    name: 'strict',
    kinds: {},
    families: { identity: 'mask', network: 'mask' },
    personal: 'mask',
  },
  /** User names, hosts that are called after their owner and the segment of a home path become tokens as well. */
  gdpr: { name: 'gdpr', kinds: { postcode: 'token' }, families: { identity: 'token' } },
  /** PCI DSS 3.4: the end of a card number may be seen; its code and track may be nowhere. */
  pci: {
    name: 'pci',
    kinds: {
      'payment-card': 'partial',
      'card-code': 'drop',
      'card-track': 'drop',
      'card-expiry': 'mask',
      'bank-account': 'partial',
      iban: 'partial',
    },
  },
  /** For investigations: who and what is seen stays; numbers of states, banks and hospitals do not. */
  evidence: {
    name: 'evidence',
    kinds: { 'person-name': 'keep' },
    families: { contact: 'keep', vehicle: 'keep', wallet: 'keep', travel: 'token', birth: 'token' },
  },
} as const satisfies Readonly<Record<string, RedactionPolicy>>;

export type ProfileName = keyof typeof profiles;

export const profileNames = Object.keys(profiles) as readonly ProfileName[];
