import type { Rule } from './rule.ts';
import { aiRules } from './rules/ai-services.ts';
import { cloudRules } from './rules/clouds.ts';
import { codeHostRules } from './rules/code-hosts.ts';
import { commandLineRules } from './rules/command-lines.ts';
import { connectionRules } from './rules/connections.ts';
import { credentialIdRules } from './rules/credential-ids.ts';
import { credentialRules } from './rules/credentials.ts';
import { hostingRules } from './rules/hosting.ts';
import { infrastructureRules } from './rules/infrastructure.ts';
import { messagingRules } from './rules/messaging.ts';
import { monitoringRules } from './rules/monitoring.ts';
import { paymentRules } from './rules/payment.ts';
import { registryRules } from './rules/registries.ts';
import { vendorKeys } from './rules/vendor-keys/all.ts';
import { workAppRules } from './rules/work-apps.ts';

/** Every credential that a pattern tells. Of two that name the same range the earlier names the kind: marks before neighbours. */
export const allCredentialRules: readonly Rule[] = [
  ...cloudRules,
  ...hostingRules,
  ...infrastructureRules,
  ...codeHostRules,
  ...registryRules,
  ...messagingRules,
  ...workAppRules,
  ...paymentRules,
  ...monitoringRules,
  ...aiRules,
  ...credentialRules,
  ...connectionRules,
  ...vendorKeys,
  ...commandLineRules,
  ...credentialIdRules,
];
