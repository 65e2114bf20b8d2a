import type { CommentView, TicketView } from '../../domain/ticket-view.ts';

/** A ticket with something in every place. */
export function aTicketView(fields: Partial<TicketView> = {}): TicketView {
  return {
    form: 'full',
    incident: {
      id: 'inc_aaaabbbbccccddddeeeeffff',
      number: 12,
      count: 40,
      firstSeen: '2026-01-01T00:00:00.000Z',
      lastSeen: '2026-01-01T00:05:00.000Z',
      allClearAt: null,
    },
    receipts: ['rcp_aaaabbbbccccddddeeeeffff', 'rcp_gggghhhhiiiijjjjkkkkllll'],
    title: 'Terminal shell in container on web-7',
    product: 'Falco',
    source: 'falco-prod',
    severity: { normal: 'high', raw: 'Warning', path: '$.priority' },
    priority: { level: 'P2', why: 'severity high, asset high, exposure internal' },
    owner: { team: 'platform', why: 'rule hosts-by-name' },
    rule: {
      id: 'host-malware',
      version: 3,
      why: "finding.severityId >= 4 && finding.format == 'falco'",
    },
    playbook: { name: 'host-malware', version: 2 },
    happened:
      'A shell was opened in container web (image nginx) on web-7.\nThe command was bash -i.',
    evidence: [
      { label: 'host', value: 'web-7' },
      { label: 'user', value: '<email:k1.abcdefghijklmnopqrstuvwx>' },
      { label: 'steps.asset.criticality', value: 'high' },
    ],
    missing: [{ what: 'intel', why: 'VENDOR_UNAVAILABLE: no answer in time' }],
    runbook: 'https://runbooks.corp.example/host-malware',
    remediation: {
      text: 'Rebuild the container from a clean image.',
      url: 'https://falco.org/docs/',
    },
    deeds: [
      {
        what: 'crowdstrike.host.contain',
        outcome: 'done',
        by: 'requested by triage, approved by dana and eli',
        detail: 'web-7 cut off',
        at: '2026-01-01T00:06:00.000Z',
      },
    ],
    history: 'http://127.0.0.1:8080/incidents/12',
    ...fields,
  };
}

export function aCommentView(fields: Partial<CommentView> = {}): CommentView {
  return {
    incident: { id: 'inc_aaaabbbbccccddddeeeeffff', number: 12 },
    summary: 'Seen 40 times until 2026-01-01T00:05:00.000Z.',
    evidence: [{ label: 'host', value: 'web-7' }],
    missing: [],
    deeds: [],
    note: 'Looks like the nightly job.',
    history: 'sallyport history inc_aaaabbbbccccddddeeeeffff',
    ...fields,
  };
}
