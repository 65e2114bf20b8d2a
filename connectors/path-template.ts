import { SallyportError } from '../domain/errors.ts';

/**
 * Fills `{name}` in a path with percent-encoded values. SECURITY: a value can neither leave its segment nor be `.` or
 * `..`, which servers resolve as steps. A value that is missing is `INPUT_INVALID`.
 */
export function fillPath(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([A-Za-z][A-Za-z0-9_]{0,63})\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === '')
      throw new SallyportError('INPUT_INVALID', `the path needs a value for {${name}}`);
    return encodeSegment(value);
  });
}

export function encodeSegment(value: string): string {
  if (value === '.' || value === '..' || !value.isWellFormed())
    throw new SallyportError('INPUT_INVALID', 'a value cannot be put into a path');
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
