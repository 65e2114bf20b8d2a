import type { Rule } from '../../rule.ts';
import { contactRules } from './contact.ts';
import { dateRules } from './dates.ts';
import { healthRules } from './health.ts';
import { britishIslesRules } from './ids-british-isles.ts';
import { centralEuropeRules } from './ids-central-europe.ts';
import { eastAsiaRules } from './ids-east-asia.ts';
import { easternEuropeRules } from './ids-eastern-europe.ts';
import { germanBusinessRules } from './ids-german-business.ts';
import { germanyRules } from './ids-germany.ts';
import { middleEastAfricaOceaniaRules } from './ids-middle-east-africa-oceania.ts';
import { nordicBalticRules } from './ids-nordic-baltic.ts';
import { northAmericaRules } from './ids-north-america.ts';
import { southAmericaRules } from './ids-south-america.ts';
import { southAsiaRules } from './ids-south-asia.ts';
import { southEastAsiaRules } from './ids-south-east-asia.ts';
import { southernEuropeRules } from './ids-southern-europe.ts';
import { westernEuropeRules } from './ids-western-europe.ts';
import { identityRules, networkRules } from './identity.ts';
import { paymentRules } from './payment.ts';
import { travelRules } from './travel.ts';
import { vehicleRules } from './vehicle.ts';
import { walletRules } from './wallets.ts';

/** Personal data by family. Addresses, host names and user names are evidence and stay. */
export const personalFamilies = {
  contact: contactRules,
  payment: paymentRules,
  'national-id': [
    ...northAmericaRules,
    ...southAmericaRules,
    ...southernEuropeRules,
    ...westernEuropeRules,
    ...germanyRules,
    ...germanBusinessRules,
    ...britishIslesRules,
    ...nordicBalticRules,
    ...centralEuropeRules,
    ...easternEuropeRules,
    ...southAsiaRules,
    ...eastAsiaRules,
    ...southEastAsiaRules,
    ...middleEastAfricaOceaniaRules,
  ],
  travel: travelRules,
  health: healthRules,
  vehicle: vehicleRules,
  wallet: walletRules,
  birth: dateRules,
  identity: identityRules,
  network: networkRules,
} as const satisfies Readonly<Record<string, readonly Rule[]>>;

/** Looked for only by policies that do something with them: by default they are evidence. */
export const optInKinds: ReadonlySet<string> = new Set([
  'full-name',
  ...[...identityRules, ...networkRules].map((rule) => rule.kind),
]);

export const personalRules: readonly Rule[] = Object.values(personalFamilies).flat();

/** Every kind that a rule for personal data finds. */
export const personalKinds: ReadonlySet<string> = new Set(personalRules.map((rule) => rule.kind));
