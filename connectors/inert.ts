/**
 * Foreign text made harmless. SECURITY: alert text is written by attackers and read in tickets, mails and chats, whose
 * markup makes mentions, links, images and macros of it. In Markdown it goes into code, where nothing is markup and
 * every byte can be copied; anywhere else, where the markup is unknown, its triggers are broken visibly or with a
 * zero-width space. Our own tokens (`<email:k1.…>`) stay whole, so that they can be revealed.
 */
const tokenKinds =
  'email|phone|iban|payment-card|us-ssn|passport|aws-access-key-id|user|person|address|ip|host';
const ownToken = new RegExp(`(<(?:${tokenKinds}):[a-z0-9]{1,8}\\.[a-z2-7]{20,64}>)`);

const breaker = '\u200b';

/** C0 and C1 controls, bidi and other invisible characters; a lone surrogate has no UTF-8. Tab and line feed are kept. */
const invisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

/** Makes invisible characters visible as `\u{…}` and line ends uniform. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replace(invisible, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** One line of at most `charsMax` characters; line feeds become `⏎`. */
export function oneLine(text: string, charsMax: number): string {
  const lines = visible(ahead(text, charsMax)).replaceAll('\t', ' ').split('\n');
  return cut(
    lines
      .map((line) => line.trim())
      .join(' ⏎ ')
      .trim(),
    charsMax,
  );
}

/** Several lines of at most `charsMax` characters in all. */
export function someLines(text: string, charsMax: number): string {
  return cut(visible(ahead(text, charsMax)), charsMax);
}

/** Nothing beyond this can show up in the first `charsMax` characters, so it need not be looked at. */
const ahead = (text: string, charsMax: number): string => cut(text, charsMax * 2);

/** At most `charsMax` characters, never half of a character, with a mark where something was cut. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const kept = text.slice(0, charsMax - 1);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}

/** A Markdown code span: the fence is longer than any run of backticks within (CommonMark 6.1). */
export function codeSpan(line: string): string {
  const fence = '`'.repeat(longestRun(line) + 1);
  const content = line === '' ? ' ' : line;
  // A blank on both sides is dropped by the reader, so text that starts or ends with a backtick survives.
  return `${fence} ${content} ${fence}`.replace(/^(`+) ([^`\s].*[^`\s]|[^`\s]) (`+)$/su, '$1$2$3');
}

/** A Markdown fenced block (CommonMark 4.5): only a line of at least as many backticks could end it. */
export function codeBlock(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

/** Text for a place whose markup we do not know; one line. */
export function inertLine(line: string): string {
  return line
    .split(ownToken)
    .map((part, index) => (index % 2 === 1 ? part : breakTriggers(part)))
    .join('');
}

/** Several lines, each behind a bar, so that none can start a heading, list, quote, table or header of its own. */
export function inertBlock(text: string): string {
  return text
    .split('\n')
    .map((line) => `│ ${inertLine(line)}`)
    .join('\n');
}

/** A link as we write one: what could end it and begin markup is not part of it. */
const plainLink = /(https?:\/\/[\w.~:/?#&=%+,;-]+)/;

/**
 * A message for a chat that we do not know: no mention, macro, image or template comes of it, and control characters
 * are shown. Bare links stay what they are, since a message may say where its ticket is.
 */
export function inertMessage(text: string, charsMax: number): string {
  return someLines(text, charsMax)
    .split('\n')
    .map((line) => line.replace(opening, `${breaker}$1`))
    .join('\n')
    .split(ownToken)
    .flatMap((part, index) => (index % 2 === 1 ? [part] : outsideLinks(part)))
    .join('');
}

/** The same for a subject: one line, without links. */
export const inertSubject = (text: string, charsMax: number): string =>
  inertLine(oneLine(text, charsMax)).replace(opening, `${breaker}$1`);

/** What makes a heading, quote, list, table or macro of a line, or a formula of a cell. */
const opening = /^(\s*(?:[#>|=+~@-]|bq\.|h[1-6]\.))/i;

function outsideLinks(text: string): readonly string[] {
  const parts = text.split(plainLink);
  return parts.map((part, index) => {
    if (index % 2 === 1) return part;
    // A sign right before a link, as in `<https:…|text>`, opens markup as one before a word does.
    return index === parts.length - 1
      ? breakTriggers(part)
      : breakTriggers(`${part}h`).slice(0, -1);
  });
}

function breakTriggers(text: string): string {
  return (
    text
      // Addresses: the analysts' usual defanging, which no mail or chat client turns into a link.
      .replace(/\b(h)tt(ps?)(?=:)/gi, '$1xx$2')
      .replace(/(javascript|vbscript|\b(?:data|file|mailto|tel|cid|sms)):/gi, `$1${breaker}:`)
      // HTML, mentions, links, macros, images, templates: the character that opens each is cut off from what follows.
      .replace(/[<[{(@#!$&~^`*|](?=\S)/g, (char) => (char === '(' ? char : `${char}${breaker}`))
      .replace(/[*^~`|!](?=\s|$)/g, (char) => `${breaker}${char}${breaker}`)
      .replace(/(^|[^\p{L}\p{N}])_(?=\S)/gu, `$1_${breaker}`)
      .replace(/\](?=[([:])/g, `]${breaker}`)
      .replace(/:\/\//g, '[:]//')
      .replace(/\b(www)\./gi, '$1[.]')
  );
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
