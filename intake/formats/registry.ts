import type { JsonObject } from '../../domain/json.ts';
import type { FormatReader } from '../draft.ts';
import { canary } from '../canary-alert.ts';
import { folded } from '../fold.ts';
import { alertmanager } from './alertmanager.ts';
import { awsCloudwatchAlarmDirect } from './aws-cloudwatch-alarm-direct.ts';
import { awsCloudwatchAlarmSns } from './aws-cloudwatch-alarm-sns.ts';
import { awsCloudwatchLogs } from './aws-cloudwatch-logs.ts';
import { awsConfig } from './aws-config.ts';
import { awsCostAnomaly } from './aws-cost-anomaly.ts';
import { awsEventbridge } from './aws-eventbridge.ts';
import { awsGuardduty } from './aws-guardduty.ts';
import { awsSecurityhubAsff } from './aws-securityhub-asff.ts';
import { awsSnsMisc } from './aws-sns-misc.ts';
import { azureMonitor } from './azure-monitor.ts';
import { cef } from './cef.ts';
import { cloudCustodian } from './cloud-custodian.ts';
import { crowdstrikeFalcon } from './crowdstrike-falcon.ts';
import { datadogWebhook } from './datadog-webhook.ts';
import { defenderEndpointAlert } from './defender-endpoint-alert.ts';
import { defenderXdrIncident } from './defender-xdr-incident.ts';
import { elasticSecurityAlert } from './elastic-security-alert.ts';
import { falco } from './falco.ts';
import { gatekeeper, gatekeeperConstraint } from './gatekeeper.ts';
import { gcpMonitoring } from './gcp-monitoring.ts';
import { gcpSccFinding } from './gcp-scc-finding.ts';
import { generic } from './generic.ts';
import { githubWebhook } from './github-webhook.ts';
import { gitlabWebhook } from './gitlab-webhook.ts';
import { grafanaAlerting, grafanaLegacy } from './grafana-alerting.ts';
import { graphSecurityAlertV1 } from './graph-security-alert-v1.ts';
import { graphSecurityAlertV2 } from './graph-security-alert-v2.ts';
import { hayabusa } from './hayabusa.ts';
import { kubernetesEvent } from './kubernetes-event.ts';
import { kyvernoPolicyreport } from './kyverno-policyreport.ts';
import { leef } from './leef.ts';
import { mispEvent } from './misp-event.ts';
import { newrelic } from './newrelic.ts';
import { ocsfFinding, prowlerOcsf } from './ocsf-finding.ts';
import { oktaSystemlog } from './okta-systemlog.ts';
import { opaDecisionLog } from './opa-decision-log.ts';
import { opsgenie } from './opsgenie.ts';
import { osquery } from './osquery.ts';
import { pagerdutyWebhook, pagerdutyMessages } from './pagerduty-webhook.ts';
import { pingdom } from './pingdom.ts';
import { prometheusIssue } from './prometheus-issue.ts';
import { sentinelIncident } from './sentinel-incident.ts';
import { sentinelone } from './sentinelone.ts';
import { sentry } from './sentry.ts';
import { snortFast } from './snort-fast.ts';
import { snort3Json } from './snort3-json.ts';
import { splunkEsNotable } from './splunk-es-notable.ts';
import { splunkWebhook } from './splunk-webhook.ts';
import { stixBundle } from './stix-bundle.ts';
import { suricataEve } from './suricata-eve.ts';
import { thehive } from './thehive.ts';
import { trivyOperator } from './trivy-operator.ts';
import { trivyReport, sarif } from './trivy-report.ts';
import { uptimeKuma } from './uptime-kuma.ts';
import { wazuh } from './wazuh.ts';
import { zeekNotice } from './zeek-notice.ts';

/**
 * In the order in which they are asked; each looks for what no other product writes, and what carries other products'
 * alerts (EventBridge, SNS) comes last. A new format is a file and a row.
 */
export const formatReaders: readonly FormatReader[] = [
  canary,
  falco,
  elasticSecurityAlert,
  wazuh,
  awsGuardduty,
  awsSecurityhubAsff,
  alertmanager,
  grafanaAlerting,
  grafanaLegacy,
  kyvernoPolicyreport,
  cloudCustodian,
  cef,
  leef,
  snortFast,
  snort3Json,
  suricataEve,
  zeekNotice,
  ocsfFinding,
  prowlerOcsf,
  gatekeeper,
  gatekeeperConstraint,
  kubernetesEvent,
  trivyOperator,
  trivyReport,
  sarif,
  prometheusIssue,
  awsCloudwatchAlarmSns,
  awsCloudwatchAlarmDirect,
  awsCloudwatchLogs,
  awsConfig,
  awsCostAnomaly,
  sentinelIncident,
  defenderXdrIncident,
  defenderEndpointAlert,
  graphSecurityAlertV2,
  graphSecurityAlertV1,
  azureMonitor,
  gcpSccFinding,
  gcpMonitoring,
  crowdstrikeFalcon,
  sentinelone,
  oktaSystemlog,
  splunkEsNotable,
  splunkWebhook,
  hayabusa,
  thehive,
  mispEvent,
  stixBundle,
  osquery,
  opaDecisionLog,
  githubWebhook,
  gitlabWebhook,
  pagerdutyWebhook,
  pagerdutyMessages,
  opsgenie,
  sentry,
  datadogWebhook,
  newrelic,
  pingdom,
  uptimeKuma,
  awsEventbridge,
  awsSnsMisc,
];

/** The reader that knows this alert; null where only the generic one can read it. */
export function readerOf(value: JsonObject): FormatReader | null {
  const known = asked.get(value);
  if (known !== undefined) return known;
  const reader = firstThatKnows(value);
  asked.set(value, reader);
  return reader;
}

/** Places in `formatReaders`, by the keys at the top of what those readers recognise. */
const placesByHead = new Map<string, readonly number[]>();
const placesAlways: number[] = [];
for (const [place, { heads }] of formatReaders.entries()) {
  if (heads === undefined) placesAlways.push(place);
  for (const head of heads ?? [])
    placesByHead.set(head, [...(placesByHead.get(head) ?? []), place]);
}

/** Asks only those readers that can know it, in their order. */
function firstThatKnows(value: JsonObject): FormatReader | null {
  const places = new Set(placesAlways);
  for (const key of Object.keys(folded(value)))
    for (const place of placesByHead.get(key) ?? []) places.add(place);
  for (const place of [...places].toSorted((one, other) => one - other)) {
    const reader = formatReaders[place];
    if (reader?.recognises(value) === true) return reader;
  }
  return null;
}

/** Unwrapping asks for what reading asks for again. */
const asked = new WeakMap<JsonObject, FormatReader | null>();

/** The reader that knows this alert itself, and not only what carries it. */
export function alertReaderOf(value: JsonObject, detect: Detect = readerOf): FormatReader | null {
  const reader = detect(value);
  return reader?.carrier === true ? null : reader;
}

/** Which reader knows an alert. */
export type Detect = (value: JsonObject) => FormatReader | null;

/** For measuring how far the generic reader comes by itself. */
export const detectNothing: Detect = () => null;

export const genericReader: FormatReader = generic;
