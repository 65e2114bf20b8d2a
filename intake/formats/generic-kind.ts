import type { FindingKind } from '../../domain/finding.ts';
import { intakeLimits } from '../limits.ts';
import type { Leaf } from '../leaves.ts';
import { isAside } from './generic-rank.ts';

interface Evidence {
  readonly kind: FindingKind;
  /** In the names of keys; `*` stands for any ending. */
  readonly keys: string;
  /** In titles, categories and types. */
  readonly words: string;
  /** More than a word, with `|` between. */
  readonly phrases: string;
}

/** Where evidence is even, what stands first wins. */
const evidence: readonly Evidence[] = [
  {
    kind: 'vulnerability',
    keys: `
      affectedrange cve* cvss* cwe* fixable fixedversion ghsa* matcherstatus templateid scanoverview vulnerabilit* vulnerableversionrange
    `,
    words: `
      cve ghsa cwe vulnerab* outdated
    `,
    phrases: 'outdated package|outdated version',
  },
  {
    kind: 'policy_violation',
    keys: `
      benchmark* checkid compliance* configaudit* configrule* constraint* control controlid
      enforcementaction evaluationresult* exceptioninstructions filters misconfiguration* policyname
      policyviolation scannername standards?* violation*
    `,
    words: `
      violat* complian* misconfig* policy cis benchmark publicly public disabled should ensure must drift weak
    `,
    phrases: 'not enabled|not encrypted|not configured|not allowed|_disabled',
  },
  {
    kind: 'cost',
    keys: `
      anomalymonitor* anomalyscore billing* budget* cost* spend* totalactualspend totalimpact
    `,
    words: `
      cost costs budget* spend* billing invoice
    `,
    phrases: '',
  },
  {
    kind: 'intelligence',
    keys: `
      attributecount indicators indicatortypes ioc iocs orgc patterntype shadowattribute threatlevelid tlp
      toids
    `,
    words: `
      stix ioc iocs intelligence campaign c2
    `,
    phrases: 'indicator of',
  },
  {
    kind: 'incident',
    keys: `
      alertscount caseid casenumber escalationpolicy incidentkey incidentname incidentnumber
      incidentstatus incidenturi incidentwebid objecttype redirectincidentid responders rootid urgency
    `,
    words: `
      incident incidents case
    `,
    phrases: '',
  },
  {
    kind: 'audit',
    keys: `
      authenticationcontext authdevice accessdevice decisionid factor displaymessage eventcategory legacyeventtype published
      requestparameters sessionid sourceipaddress useragent useridentity usrname
    `,
    words: `
      login logon logout logoff signin authenticat* password upload audit* granted created updated administrator admin admins role added removed
      deleted
    `,
    phrases: 'log in|logged in|sign-in|log out|user.session|user.account',
  },
  {
    kind: 'operational',
    keys: `
      alarm* alertname alerttransition autoscaling* build* checkname checktype conditionname cpu* culprit
      currentstate deployment* disk* duration endsat environment evalmatches generatorurl heartbeat
      incidentid interval involvedobject jobname latency logevents memory* metric* monitor* newstatevalue
      pipeline* probe* queryresult reportingcomponent response* runbookurl stacktrace startsat
      subscribeurl threshold* tinyid uptime workflowrun
    `,
    words: `
      down up timeout unreachable replication lag cpu memory disk latency crash* backoff oom* exception failed failure job
      build deploy* pipeline replica backup certificate health unavailable threshold restart* pod pods
      offline recovered saturat*
    `,
    phrases: 'timed out|back-off|error rate',
  },
  {
    kind: 'detection',
    keys: `
      attack* canary* cmdline commandline decoy* destip detection* offense* magnitude malop* originip impactedip sendingip senderip scanresult detector* dst dstip evidence* filehash gid indicator
      antigena* aiascore breach* clientrequest* terminatingrule* webacl* dsthost dstport srchost srcport firewall* botscore httpmessage
      malware* md5* mitre* outputfields process* quarantine* recordid remoteip* honey* riskscore rulelevel
      ruletitle secrettype sha1* sha256* sid signature* sourceip src srcip suspicious* tactic* technique*
      threat* verdict
    `,
    words: `
      persistence evasion waf firewall tunnel tunneling
      suspicious malicious malware trojan virus ransom* phish* brute attack* exploit* anomal* unauthorized
      unauthorised intrusion scan* injection threat* backdoor tor credential* privilege exfiltrat* lateral
      ban banned bruteforce* canary canarytoken* decoy honeypot honeytoken c2 beacon* blocked unusual unexpected leak* exposed secret* detected shell recon* stealth*
    `,
    phrases:
      'impossible travel|failed login|failed logon|login failure|logon failure|command and control|command_and_control|initial access|credential access|security violation',
  },
];

/** Words of all kinds: whole ones, and beginnings by their first three letters. */
interface Lexicon {
  readonly whole: ReadonlyMap<string, readonly number[]>;
  readonly begins: ReadonlyMap<string, readonly (readonly [string, number])[]>;
}

function lexiconOf(texts: readonly string[]): Lexicon {
  const whole = new Map<string, number[]>();
  const begins = new Map<string, (readonly [string, number])[]>();
  for (const [kind, text] of texts.entries()) {
    for (const word of text.trim().split(/\s+/)) {
      const start = word.endsWith('*') ? word.slice(0, -1) : null;
      if (start === null) whole.set(word, [...(whole.get(word) ?? []), kind]);
      else begins.set(start.slice(0, 3), [...(begins.get(start.slice(0, 3)) ?? []), [start, kind]]);
    }
  }
  return { whole, begins };
}

const keyLexicon = lexiconOf(evidence.map(({ keys }) => keys));
const wordLexicon = lexiconOf(evidence.map(({ words }) => words));
const phrases = evidence.map(({ phrases: said }) => said.split('|').filter(Boolean));

const keyWeight = 2;
const wordWeight = 3;
const countedMax = 4;

/** Of which kind an alert is, by what its keys and its headline speak of. */
export function kindOf(leaves: readonly Leaf[], headline: string): FindingKind {
  const keys = new Set<string>();
  for (const leaf of leaves) if (!isAside(leaf)) for (const part of leaf.parts) keys.add(part);
  const text = headline.toLowerCase();
  const byKeys = counted(keys, keyLexicon);
  const byWords = counted(
    new Set(text.split(/[^a-z0-9]+/, intakeLimits.headlineWordsMax)),
    wordLexicon,
  );
  let best: FindingKind = 'operational';
  let most = 0;
  for (const [index, { kind }] of evidence.entries()) {
    const said =
      (byWords[index] ?? 0) + (phrases[index] ?? []).filter((one) => says(text, one)).length;
    const weight =
      keyWeight * Math.min(countedMax, byKeys[index] ?? 0) +
      wordWeight * Math.min(countedMax, said);
    if (weight <= most) continue;
    most = weight;
    best = kind;
  }
  return best;
}

/** `log in` does not stand in `log ingestion`; `failed logins` are one failed login more. */
function says(text: string, phrase: string): boolean {
  for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1))
    if (/^s?(?![a-z])/.test(text.slice(at + phrase.length, at + phrase.length + 2))) return true;
  return false;
}

/** `alarm_id`, `alarm_date`, `alarm_status` … say no more than two of them. */
const begunMax = 2;

function counted(words: ReadonlySet<string>, { whole, begins }: Lexicon): readonly number[] {
  const counts = evidence.map(() => 0);
  const begun = new Map<string, number>();
  for (const word of words) {
    for (const kind of whole.get(word) ?? []) counts[kind] = (counts[kind] ?? 0) + 1;
    for (const [start, kind] of begins.get(word.slice(0, 3)) ?? [])
      if (word.startsWith(start)) {
        const times = (begun.get(start) ?? 0) + 1;
        begun.set(start, times);
        if (times <= begunMax) counts[kind] = (counts[kind] ?? 0) + 1;
      }
  }
  return counts;
}
