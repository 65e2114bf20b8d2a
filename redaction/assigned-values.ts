import type { FieldVerdict } from './field-names.ts';
import { entropyOf, isPlaceholder } from './validators.ts';

/** What stands between a name and its value: how strongly it says that the one holds the other. */
export type Operator = 'strong' | 'tag' | 'colon' | 'said' | 'weak' | 'flag' | 'blank';

export interface ValueContext {
  readonly verdict: FieldVerdict;
  readonly operator: Operator;
  readonly quoted: boolean;
  /** The character after the value. */
  readonly followed: string;
  readonly name: string;
  /** The words around say that a key stands here: then it may look like a hash. */
  readonly said: boolean;
}

/** Prose, code and templates stand where secrets do; only what can be a secret is one. */
export function acceptsValue(value: string, context: ValueContext): boolean {
  if (isPlaceholder(value) && !(context.operator === 'tag' && /\s/.test(value.trim())))
    return false;
  if (!context.quoted && isCode(value, context.followed)) return false;
  switch (context.verdict.value) {
    case 'any':
      return acceptsPassword(value, context);
    case 'random':
      return acceptsToken(value, context);
    case 'key-like':
      return (
        context.operator !== 'blank' &&
        value.length >= 20 &&
        looksRandom(value) &&
        (!isEvidence(value) || context.said || (context.quoted && context.operator === 'strong'))
      );
  }
}

function acceptsPassword(value: string, context: ValueContext): boolean {
  if (/^pwd$/i.test(context.name) && /^(?:[/~]|[A-Za-z]:\\)/.test(value)) return false;
  const mixed =
    /\d/.test(value) ||
    /[^\w\s.-]/.test(value.replace(/[.,:;!?)]+$/, '')) ||
    /[a-z][A-Z]/.test(value);
  switch (context.operator) {
    case 'strong':
    case 'tag':
      return context.quoted ? value.length >= 2 : value.length >= 3;
    case 'colon':
      return context.quoted
        ? value.length >= 2
        : value.length >= 3 && (mixed || /^[\r\n,;}]?$/.test(context.followed));
    case 'flag':
      return value.length >= 3 && !value.startsWith('-');
    case 'said':
    case 'weak':
      return context.quoted
        ? value.length >= 3 && !value.includes(' ')
        : value.length >= 6 && mixed && !value.includes('(');
    case 'blank':
      return (
        value.length >= 8 &&
        /\d/.test(value) &&
        /[A-Za-z]/.test(value) &&
        /[^\w.:/-]/.test(value) &&
        !value.includes('(')
      );
  }
}

/** No vendor issues shorter API keys. */
const apiKeyChars = 12;

function acceptsToken(value: string, context: ValueContext): boolean {
  if (/\s/.test(value.trim())) return acceptsSpaced(value, context);
  if (context.verdict.kind === 'api-key' && value.length < apiKeyChars) return false;
  if (/^(?:https?|ftp|file|arn|urn):|^(?:AKIA|ASIA)[A-Z0-9]{12,}$/i.test(value) || isPath(value))
    return false;
  if (/^(?:blank|weak|said)$/.test(context.operator))
    return (
      value.length >= 16 &&
      looksRandom(value) &&
      (context.quoted || context.operator === 'said' || !isEvidence(value))
    );
  if (context.quoted)
    return (
      value.length >= 8 &&
      (/\d/.test(value) || (value.length >= 16 && entropyOf(value) >= 3.2 && !isWords(value)))
    );
  return (
    value.length >= 8 &&
    ((/\d/.test(value) && /[A-Za-z]/.test(value)) || (value.length >= 20 && looksRandom(value)))
  );
}

/** A value of several words: cookies are, and configuration of CI systems; a secret may have blanks where it is quoted. */
function acceptsSpaced(value: string, context: ValueContext): boolean {
  if (context.verdict.kind === 'cookie') return true;
  if (context.operator === 'tag') return randomPart(value) !== null;
  return (
    context.quoted &&
    context.operator === 'strong' &&
    value.length >= 24 &&
    looksRandom(value.replace(/\s/g, ''))
  );
}

const randomWordChars = 16;

/** From the first to the last of several words that look random; null where none does, or it is one word. */
export function randomPart(value: string): readonly [number, number] | null {
  if (!/\s/.test(value.trim())) return null;
  const random = [...value.matchAll(/\S+/g)].filter(
    ([word]) => word.length >= randomWordChars && looksRandom(word),
  );
  const [first, last] = [random[0], random.at(-1)];
  return first === undefined || last === undefined
    ? null
    : [first.index, last.index + last[0].length];
}

/** Letters and digits mixed without the regularity of words. */
export function looksRandom(value: string): boolean {
  if (!/^[\w+/=.~:@!#$%^&*?,;|()[\]{}<>`-]+$/.test(value)) return false;
  const strong = /\d/.test(value) && /[A-Za-z]/.test(value);
  return entropyOf(value) >= (strong ? 2.9 : 3.8) && !isWords(value);
}

/** `my-app-secret`, `kube-root-ca.crt`, `ClusterSecretStore`: words, however joined. */
const isWords = (value: string): boolean =>
  /^[A-Za-z]+(?:[-_.:/ ][A-Za-z]+)+\d?$/.test(value) ||
  (/^(?:[A-Z]?[a-z]+){1,4}$/.test(value) && value.length < 24);

const isPath = (value: string): boolean =>
  /^(?:~|\.{0,2})\/[\w.-]+(?:\/[\w.-]+)*\/?$/.test(value) || /^[A-Za-z]:\\/.test(value);

/** Hashes and UUIDs are what analysts search for; a mere neighbour of the word does not make them a secret. */
const isEvidence = (value: string): boolean =>
  /^(?:sha\d+:)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value) ||
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);

/** A call, a member access, an index: the value is made elsewhere. */
function isCode(value: string, followed: string): boolean {
  if (followed === '(' || /^[A-Za-z_$][\w$]*(?:\(|\[|->|::)/.test(value)) return true;
  return /^(?:self|this|process|os|env|config|settings|params|request|req|options|opts|args|props|state|ctx|context|secrets|vars?|local|module|data|file)[.[]/i.test(
    value,
  );
}
