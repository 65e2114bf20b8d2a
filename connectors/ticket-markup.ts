import { ticketViewLimits } from '../domain/ticket-view.ts';
import { codeBlock, codeSpan, cut, inertBlock, inertLine, oneLine } from './inert.ts';
import { ticketLimits } from './ticket.schema.ts';

/** `markdown` for the board, `github` for GitHub Issues, `plain` wherever the markup is unknown. */
export type Destination = 'markdown' | 'github' | 'plain';

/**
 * A piece of a line: our own literal words, foreign text, or something that ought to be ours and is shown bare only if
 * it looks like it: a name or id that we gave, a moment, a sentence, an address.
 */
export type Piece =
  | string
  | { readonly foreign: string }
  | { readonly name: string }
  | { readonly time: string }
  | { readonly words: string }
  | { readonly link: string };

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'line'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Piece[])[] }
  | { readonly kind: 'foreign'; readonly text: string };

/** Names of rules, playbooks and capabilities, ids, commands: nothing in them is markup anywhere. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:@\d+)?(?: [A-Za-z0-9._-]+)*$/;
const plainTime = /^\d{4}-\d\d-\d\dT[0-9:.]{5,16}(?:Z|[+-]\d\d:\d\d)$/;
const plainWords = /^[A-Za-z0-9][A-Za-z0-9 ,;:.%'-]*$/;

/** Text and whether it may stand bare in any markup. */
function spoken(piece: Exclude<Piece, string | { link: string }>): { text: string; bare: boolean } {
  if ('time' in piece) return { text: piece.time, bare: plainTime.test(piece.time) };
  if ('words' in piece)
    return {
      text: piece.words,
      bare:
        plainWords.test(piece.words) &&
        !/www\.|\w:\S/i.test(piece.words.replace(/T\d\d:\d\d:\d\d/g, '')),
    };
  if ('name' in piece)
    return { text: piece.name, bare: plainName.test(piece.name) && !/^www\./i.test(piece.name) };
  return { text: piece.foreign, bare: false };
}

/** Writes blocks in the destination's markup, with foreign text inert. */
export function writeBlocks(blocks: readonly Block[], destination: Destination): string {
  const text = blocks
    .map((block) => (destination === 'plain' ? plainBlock(block) : markdownBlock(block)))
    .join('\n\n');
  return cut(text, ticketLimits.bodyChars);
}

function markdownBlock(block: Block): string {
  if (block.kind === 'heading') return `## ${block.text}`;
  if (block.kind === 'line') return block.pieces.map(markdownPiece).join('');
  if (block.kind === 'list')
    return block.items.map((item) => `- ${item.map(markdownPiece).join('')}`).join('\n');
  return codeBlock(block.text);
}

function markdownPiece(piece: Piece): string {
  if (typeof piece === 'string') return piece;
  if ('link' in piece) return `<${piece.link}>`;
  const { text, bare } = spoken(piece);
  // A name stands out as code even where it need not.
  return bare && !('name' in piece) ? text : codeSpan(oneLine(text, ticketViewLimits.lineChars));
}

function plainBlock(block: Block): string {
  if (block.kind === 'heading') return block.text.toUpperCase();
  if (block.kind === 'line') return block.pieces.map(plainPiece).join('');
  if (block.kind === 'list')
    return block.items.map((item) => `- ${item.map(plainPiece).join('')}`).join('\n');
  return inertBlock(block.text);
}

function plainPiece(piece: Piece): string {
  if (typeof piece === 'string') return piece;
  if ('link' in piece) return piece.link;
  const { text, bare } = spoken(piece);
  return bare ? text : inertLine(oneLine(text, ticketViewLimits.lineChars));
}
