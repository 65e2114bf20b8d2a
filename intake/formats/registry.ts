import type { JsonObject } from '../../domain/json.ts';
import type { FormatReader } from '../draft.ts';
import { alertmanager } from './alertmanager.ts';
import { awsGuardduty } from './aws-guardduty.ts';
import { cloudCustodian } from './cloud-custodian.ts';
import { elasticSecurityAlert } from './elastic-security-alert.ts';
import { falco } from './falco.ts';
import { generic } from './generic.ts';
import { kyvernoPolicyreport } from './kyverno-policyreport.ts';
import { wazuh } from './wazuh.ts';

/** In the order in which they are asked; each looks for what no other product writes. A new format is a file and a row. */
export const formatReaders: readonly FormatReader[] = [
  falco,
  elasticSecurityAlert,
  wazuh,
  awsGuardduty,
  alertmanager,
  kyvernoPolicyreport,
  cloudCustodian,
];

/** The reader that knows this alert; null where only the generic one can read it. */
export function readerOf(value: JsonObject): FormatReader | null {
  for (const reader of formatReaders) if (reader.recognises(value)) return reader;
  return null;
}

export const genericReader: FormatReader = generic;
