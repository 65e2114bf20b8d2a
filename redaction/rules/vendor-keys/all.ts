import type { Rule } from '../../rule.ts';
import { aiKeys } from './ai-services.ts';
import { chatAndMailKeys } from './chat-and-mail.ts';
import { cloudKeys } from './clouds.ts';
import { codeHostKeys } from './code-hosts.ts';
import { databaseKeys } from './databases.ts';
import { monitoringKeys } from './monitoring.ts';
import { paymentKeys } from './payment.ts';
import { securityKeys } from './security.ts';
import { socialMediaKeys } from './social-media.ts';
import { workAppKeys } from './work-apps.ts';

/**
 * Keys without a mark of their own, told by the vendor's name before them. In the order of their ids: of two that name the same range the
 * earlier names the kind.
 */
export const vendorKeys: readonly Rule[] = [
  ...aiKeys,
  ...chatAndMailKeys,
  ...cloudKeys,
  ...codeHostKeys,
  ...databaseKeys,
  ...monitoringKeys,
  ...paymentKeys,
  ...securityKeys,
  ...socialMediaKeys,
  ...workAppKeys,
].sort((one, other) => (one.id < other.id ? -1 : 1));
