import RE2 from 're2';
import type { FindingKind } from '../../domain/finding.ts';
import type { Leaf } from '../leaves.ts';
import { isAside } from './generic-rank.ts';

interface Evidence {
  readonly kind: FindingKind;
  /** In the names of keys. */
  readonly keys: RE2;
  /** In titles, categories and types. */
  readonly words: RE2;
}

/** Where evidence is even, what stands first wins. */
const evidence: readonly Evidence[] = [
  {
    kind: 'vulnerability',
    keys: new RE2(
      /\b(?:cve\w*|ghsa\w*|cvss\w*|vulnerabilit\w*|affectedrange|fixedversion|vulnerableversionrange|cwe\w*)\b/g,
    ),
    words: new RE2(/\bcve-\d{4}-\d+|\bghsa-|vulnerab\w*|\bcwe-\d+|outdated (?:package|version)/g),
  },
  {
    kind: 'policy_violation',
    keys: new RE2(
      /\b(?:compliance\w*|constraint\w*|enforcementaction|controlid|control|policyname|policyviolation|configrule\w*|benchmark\w*|violation\w*|misconfiguration\w*|checkid|standards?\w*|scannername|exceptioninstructions|evaluationresult\w*|configaudit\w*|filters)\b/g,
    ),
    words: new RE2(
      /violat\w*|complian\w*|misconfig\w*|policy|\bcis\b|benchmark|not (?:enabled|encrypted|configured)|publicly|public[_ ]|_disabled\b|should (?:not|be|have)|\bensure\b|must (?:be|have|not)|drift/g,
    ),
  },
  {
    kind: 'cost',
    keys: new RE2(
      /\b(?:totalimpact|anomalymonitor\w*|budget\w*|totalactualspend|anomalyscore|cost\w*|spend\w*|billing\w*)\b/g,
    ),
    words: new RE2(/\bcosts?\b|budget|\bspend|billing|invoice/g),
  },
  {
    kind: 'intelligence',
    keys: new RE2(
      /\b(?:threatlevelid|indicatortypes|patterntype|orgc|tlp|ioc|iocs|attributecount|indicators|toids|shadowattribute)\b/g,
    ),
    words: new RE2(/\bstix\b|indicator of|\biocs?\b|intelligence|\bc2\b|campaign/g),
  },
  {
    kind: 'incident',
    keys: new RE2(
      /\b(?:incidentname|incidentnumber|incidentstatus|incidentwebid|incidentkey|casenumber|caseid|escalationpolicy|redirectincidentid|objecttype|rootid|responders|alertscount|urgency|incidenturi)\b/g,
    ),
    words: new RE2(/\bincident[. ](?:\w+)|securityinsights\/incidents|\bcase\b/g),
  },
  {
    kind: 'audit',
    keys: new RE2(
      /\b(?:published|legacyeventtype|displaymessage|authenticationcontext|decisionid|useragent|requestparameters|eventcategory|useridentity|sourceipaddress|sessionid|usrname)\b/g,
    ),
    words: new RE2(
      /\blog(?:ged)? ?(?:in|on|out|off)\b|\bsign[- ]?in|\bauthenticat\w*|password (?:change|reset|verif)\w*|verify password|\bupload\b|\baudit\b|user\.session|user\.account|session\b|granted|\bcreated\b|\bupdated\b|\bdeleted\b/g,
    ),
  },
  {
    kind: 'operational',
    keys: new RE2(
      /\b(?:alertname|startsat|endsat|generatorurl|monitor\w*|metric\w*|threshold\w*|newstatevalue|alarm\w*|heartbeat|checkname|checktype|currentstate|uptime|latency|cpu\w*|memory\w*|disk\w*|probe\w*|involvedobject|evalmatches|conditionname|culprit|stacktrace|pipeline\w*|build\w*|workflowrun|deployment\w*|jobname|logevents|incidentid|alerttransition|duration|runbookurl|tinyid|environment|reportingcomponent|subscribeurl|autoscaling\w*|queryresult|interval|response\w*)\b/g,
    ),
    words: new RE2(
      /\bdown\b|\bup\b|timed? ?out|timeout|unreachable|\bcpu\b|memory|disk|latency|crash\w*|back-?off|\boom|error rate|exception|\bfailed\b|failure|\bjob\b|build|deploy\w*|pipeline|replica|backup|certificate|health|unavailable|threshold|restart\w*|\bpods?\b|offline|recovered|saturat\w*/g,
    ),
  },
  {
    kind: 'detection',
    keys: new RE2(
      /\b(?:threat\w*|malware\w*|signature\w*|tactic\w*|technique\w*|mitre\w*|attack\w*|detection\w*|detector\w*|srcip|dstip|sourceip|destip|src|dst|sha256\w*|md5\w*|sha1\w*|cmdline|commandline|process\w*|evidence\w*|filehash|riskscore|suspicious\w*|secrettype|sid|gid|outputfields|ruletitle|recordid|rulelevel|indicator|verdict|quarantine\w*|remoteip\w*)\b/g,
    ),
    words: new RE2(
      /suspicious|malicious|malware|trojan|virus|ransom\w*|phish\w*|brute|attack|exploit|anomal\w*|unauthori[sz]ed|intrusion|scan\b|injection|threat|backdoor|tor\b|credential|privilege|exfiltrat\w*|lateral|c2|beacon|blocked|unusual|leak\w*|exposed|secret|detected|shell|impossible travel|recon\w*|stealth/g,
    ),
  },
];

const keyWeight = 2;
const wordWeight = 3;
const countedMax = 4;

/** Of which kind an alert is, by what its keys and its headline speak of. */
export function kindOf(leaves: readonly Leaf[], headline: string): FindingKind {
  const keys = [...new Set(leaves.flatMap((leaf) => (isAside(leaf) ? [] : leaf.parts)))].join(' ');
  const words = headline.toLowerCase();
  let best: FindingKind = 'detection';
  let most = 0;
  for (const { kind, keys: inKeys, words: inWords } of evidence) {
    const weight = keyWeight * distinct(keys, inKeys) + wordWeight * distinct(words, inWords);
    if (weight > most) {
      most = weight;
      best = kind;
    }
  }
  return most === 0 ? 'operational' : best;
}

function distinct(text: string, pattern: RE2): number {
  return Math.min(countedMax, new Set(text.match(pattern) ?? []).size);
}
