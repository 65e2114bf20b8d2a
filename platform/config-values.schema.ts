import { z } from 'zod';

/** Every string and list has a bound; a test walks the schema and fails where one is missing. */
const textMax = 1_024;
export const listMax = 200;
export const nameMax = 64;

export const name = z
  .string()
  .max(nameMax)
  .regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes');
export const text = z.string().min(1).max(textMax);

/** SECURITY: a literal here would end up in version control, so only references are let through. */
export const secret = z
  .string()
  .max(textMax)
  .regex(
    /^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)$/,
    'must be a reference, ${NAME} or file:PATH, never the secret itself',
  );
export const secrets = z.array(secret).min(1).max(8);
export const port = z.union([
  z.int().min(0).max(65_535),
  z
    .string()
    .max(textMax)
    .regex(/^\$\{[^}]+\}$/, 'must be a port or ${NAME}'),
]);
export const header = z
  .string()
  .max(nameMax)
  .regex(/^[A-Za-z0-9-]+$/, 'must be the name of an HTTP header');
export const duration = z
  .string()
  .max(8)
  .regex(/^[1-9][0-9]{0,5}(s|m|h|d)$/, 'must be a number and s, m, h or d');
