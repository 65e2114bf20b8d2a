// Generated from https://github.com/ocsf/ocsf-schema (Apache-2.0), tag v1.8.0, by docs/generate-ocsf.ts.
export const ocsfVersion = '1.8.0';

/** Classes of the category Findings (2). */
export const ocsfClasses: Readonly<Record<number, string>> = {
  2002: 'Vulnerability Finding',
  2003: 'Compliance Finding',
  2004: 'Detection Finding',
};

export const ocsfSeverities: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'Informational',
  2: 'Low',
  3: 'Medium',
  4: 'High',
  5: 'Critical',
  6: 'Fatal',
  99: 'Other',
};

export const ocsfFindingStatuses: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'New',
  2: 'In Progress',
  3: 'Suppressed',
  4: 'Resolved',
  5: 'Archived',
  6: 'Deleted',
  99: 'Other',
};

export const ocsfComplianceStatuses: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'Pass',
  2: 'Warning',
  3: 'Fail',
  99: 'Other',
};

export const ocsfObservableTypes: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'Hostname',
  2: 'IP Address',
  3: 'MAC Address',
  4: 'User Name',
  5: 'Email Address',
  6: 'URL String',
  7: 'File Name',
  8: 'Hash',
  9: 'Process Name',
  10: 'Resource UID',
  11: 'Port',
  12: 'Subnet',
  13: 'Command Line',
  14: 'Country',
  15: 'Process ID',
  16: 'HTTP User-Agent',
  19: 'User Credential ID',
  20: 'Endpoint',
  21: 'User',
  22: 'Email',
  23: 'Uniform Resource Locator',
  24: 'File',
  25: 'Process',
  26: 'Geo Location',
  27: 'Container',
  30: 'Fingerprint',
  36: 'Script Content',
  37: 'Serial Number',
  42: 'Message UID',
  45: 'File Path',
  99: 'Other',
};
