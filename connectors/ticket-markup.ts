import { ticketViewLimits } from '../domain/ticket-view.ts';
import { codeBlock, codeSpan, cut, inertBlock, inertLine, oneLine } from './inert.ts';
import { ticketLimits } from './ticket.schema.ts';

/** `markdown` for the board, `github` for GitHub Issues, `plain` wherever the markup is unknown. */
export type Destination = 'markdown' | 'github' | 'plain';

/** A piece of a line: our own words, foreign text, a name or id that we gave, or an address of our own. */
export type Piece =
  | string
  | { readonly foreign: string }
  | { readonly name: string }
  | { readonly link: string };

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'line'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Piece[])[] }
  | { readonly kind: 'foreign'; readonly text: string };

/** Names of rules, playbooks and capabilities, ids, commands: nothing in them is markup anywhere. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:@\d+)?(?: [A-Za-z0-9._-]+)*$/;

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
  return codeSpan(
    oneLine('name' in piece ? piece.name : piece.foreign, ticketViewLimits.lineChars),
  );
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
  if ('name' in piece && plainName.test(piece.name)) return piece.name;
  return inertLine(
    oneLine('name' in piece ? piece.name : piece.foreign, ticketViewLimits.lineChars),
  );
}
