import {
  ticketViewLimits,
  type CommentView,
  type DeedView,
  type TicketView,
} from '../domain/ticket-view.ts';
import { cut, inertLine, oneLine, someLines } from './inert.ts';
import { writeBlocks, type Block, type Destination, type Piece } from './ticket-markup.ts';
import { ticketLimits } from './ticket.schema.ts';

export function destinationOf(connector: string): Destination {
  if (connector === 'board') return 'markdown';
  return connector === 'github' ? 'github' : 'plain';
}

/** The one layout of a ticket. Foreign text is inert in every destination, sizes are bounded. */
export function renderTicket(
  view: TicketView,
  destination: Destination,
): { readonly title: string; readonly body: string } {
  const title = cut(
    `${view.priority.level} ${oneLine(view.severity.normal, 20)}: ${titleText(view.title)} (INC-${view.incident.number})`,
    ticketLimits.titleChars,
  );
  const blocks = view.form === 'light' ? lightBlocks(view) : fullBlocks(view);
  return { title, body: writeBlocks(blocks, destination) };
}

export function renderComment(view: CommentView, destination: Destination): string {
  return writeBlocks(
    [
      { kind: 'line', pieces: ['Update: ', { words: view.summary }] },
      ...(view.note === '' ? [] : [foreignText(view.note)]),
      ...section('Evidence', view.evidence.map(evidenceItem), ticketViewLimits.evidence),
      ...section('What is missing', view.missing.map(missingItem), ticketViewLimits.missing),
      ...section('What was done', view.deeds.map(deedItem), ticketViewLimits.deeds),
      { kind: 'line', pieces: [`INC-${view.incident.number}, `, ...historyPieces(view.history)] },
    ],
    destination,
  );
}

function fullBlocks(view: TicketView): readonly Block[] {
  return [
    ...headBlocks(view),
    ...section('Evidence', view.evidence.map(evidenceItem), ticketViewLimits.evidence),
    ...section('What is missing', view.missing.map(missingItem), ticketViewLimits.missing),
    ...section('What was done', view.deeds.map(deedItem), ticketViewLimits.deeds),
    ...helpBlocks(view),
    ...whyBlocks(view),
  ];
}

function lightBlocks(view: TicketView): readonly Block[] {
  return [
    ...headBlocks(view),
    ...section('What is missing', view.missing.map(missingItem), ticketViewLimits.missing),
    ...whyBlocks(view),
  ];
}

function headBlocks({
  severity,
  priority,
  owner,
  happened,
  incident,
  product,
  source,
}: TicketView): readonly Block[] {
  const raw: Piece[] =
    severity.raw === null
      ? []
      : [
          ' (sent as ',
          { foreign: severity.raw },
          ...(severity.path === null ? [] : [' at ', { foreign: severity.path }]),
          ')',
        ];
  const allClear: Piece[] =
    incident.allClearAt === null ? [] : ['; all clear since ', { time: incident.allClearAt }];
  return [
    {
      kind: 'list',
      items: [
        ['Severity: ', { foreign: severity.normal }, ...raw],
        [`Priority: ${priority.level}, because `, { foreign: priority.why }],
        ['Owner: ', { foreign: owner.team }, ', because ', { foreign: owner.why }],
        [
          `Seen: ${times(incident.count)}, first `,
          { time: incident.firstSeen },
          ', last ',
          { time: incident.lastSeen },
          ...allClear,
        ],
        ['Reported by: ', { foreign: product }, ' through source ', { foreign: source }],
      ],
    },
    { kind: 'heading', text: 'What happened' },
    foreignText(happened === '' ? 'The sender gave no description.' : happened),
  ];
}

function helpBlocks({ runbook, remediation }: TicketView): readonly Block[] {
  if (runbook === '' && remediation === null) return [];
  const blocks: Block[] = [{ kind: 'heading', text: 'What to do' }];
  if (runbook !== '') blocks.push({ kind: 'line', pieces: ['Runbook: ', ownAddress(runbook)] });
  if (remediation !== null) {
    blocks.push(
      { kind: 'line', pieces: ['Remediation that the sender suggests (not checked by us):'] },
      foreignText(remediation.text),
    );
    if (remediation.url !== '')
      blocks.push({ kind: 'line', pieces: ['Its source: ', { foreign: remediation.url }] });
  }
  return blocks;
}

function whyBlocks({ rule, playbook, incident, receipts, history }: TicketView): readonly Block[] {
  const shown = receipts.slice(0, ticketViewLimits.receipts);
  return [
    { kind: 'heading', text: 'Why this ticket exists' },
    {
      kind: 'list',
      items: [
        rule === null
          ? ['Rule: none matched']
          : ['Rule: ', { name: `${rule.id}@${rule.version}` }, ', because ', { foreign: rule.why }],
        playbook === null
          ? ['Playbook: none']
          : ['Playbook: ', { name: `${playbook.name}@${playbook.version}` }],
        [`Incident: INC-${incident.number}, `, { name: incident.id }],
        [
          'Receipts: ',
          ...shown.flatMap((id, index): Piece[] => [...(index === 0 ? [] : [', ']), { name: id }]),
          receipts.length > shown.length ? ` and ${receipts.length - shown.length} more` : '',
        ],
        historyPieces(history),
      ],
    },
  ];
}

function section(
  heading: string,
  items: readonly (readonly Piece[])[],
  max: number,
): readonly Block[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, max);
  const rest: readonly Piece[][] =
    items.length > max ? [[`and ${items.length - max} more, see the history`]] : [];
  return [
    { kind: 'heading', text: heading },
    { kind: 'list', items: [...shown, ...rest] },
  ];
}

const evidenceItem = ({ label, value }: TicketView['evidence'][number]): readonly Piece[] => [
  { foreign: label },
  ': ',
  { foreign: value },
];
const missingItem = ({ what, why }: TicketView['missing'][number]): readonly Piece[] => [
  { name: what },
  ': ',
  { foreign: why },
];

function deedItem({ what, outcome, by, detail, at }: DeedView): readonly Piece[] {
  return [
    ...(at === '' ? [] : [{ time: at }, ' ']),
    { name: what },
    ': ',
    { foreign: outcome },
    ...(by === '' ? [] : [', by ', { foreign: by }]),
    ...(detail === '' ? [] : [', ', { foreign: detail }]),
  ];
}

function historyPieces(history: string): readonly Piece[] {
  return history === '' ? ['History: none'] : ['History: ', ownAddress(history)];
}

/** A link only if it is plainly one of ours to give: http(s), no credentials, nothing that could end the markup. */
function ownAddress(address: string): Piece {
  return /^https?:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[A-Za-z0-9._~%/#?=&-]*)?$/.test(address)
    ? { link: address }
    : { name: address };
}

const foreignText = (text: string): Block => ({
  kind: 'foreign',
  text: someLines(text, ticketViewLimits.textChars),
});
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** Titles are plain text everywhere, so the foreign part is broken up rather than quoted. */
const titleText = (title: string): string =>
  cut(inertLine(oneLine(title, ticketViewLimits.titleChars)), ticketViewLimits.titleChars);
