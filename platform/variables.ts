import { SallyportError } from '../domain/errors.ts';

/** Names to values: the environment, below what the embedded stack supplies. */
export type Variables = Readonly<Record<string, string | undefined>>;

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Replaces `${NAME}` and `${NAME:-default}`. Throws CONFIG_INVALID where a variable without a default is not set. */
export function interpolate(text: string, variables: Variables): string {
  return text.replace(reference, (_whole, name: string, fallback: string | undefined) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const found = value === undefined || value === '' ? fallback : value;
    if (found === undefined)
      throw new SallyportError('CONFIG_INVALID', `the variable ${name} is not set`);
    return found;
  });
}
