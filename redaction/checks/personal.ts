import { asiaChecks } from './asia.ts';
import { britishIslesChecks } from './british-isles.ts';
import { contactChecks } from './contact.ts';
import { dateChecks } from './dates.ts';
import { easternEuropeChecks } from './eastern-europe.ts';
import { identityChecks } from './identity.ts';
import { northAmericaChecks } from './north-america.ts';
import { northernEuropeChecks } from './northern-europe.ts';
import { oceaniaAfricaChecks } from './oceania-africa.ts';
import { paymentChecks } from './payment.ts';
import { southAmericaChecks } from './south-america.ts';
import { travelChecks } from './travel.ts';
import { vehicleChecks } from './vehicle.ts';
import { walletChecks } from './wallet.ts';
import { westernEuropeChecks } from './western-europe.ts';

/** Checks of personal data, by the name that rules call them. Each gets the matched text, folded to ASCII. */
export const personalChecks = {
  ...contactChecks,
  ...paymentChecks,
  ...northAmericaChecks,
  ...southAmericaChecks,
  ...westernEuropeChecks,
  ...britishIslesChecks,
  ...northernEuropeChecks,
  ...easternEuropeChecks,
  ...asiaChecks,
  ...oceaniaAfricaChecks,
  ...travelChecks,
  ...vehicleChecks,
  ...walletChecks,
  ...dateChecks,
  ...identityChecks,
} as const;
