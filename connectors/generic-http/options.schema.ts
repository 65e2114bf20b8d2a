import { z } from 'zod';
import { checkPath } from '../../domain/path.ts';

/** How a product that we have no connector for is spoken to, by configuration alone. */
const pathTemplate = z.string().min(1).max(1_024).startsWith('/');
const dataPath = z
  .string()
  .max(512)
  .refine((path) => checkPath(path) === null, 'not a path that we accept');
const fieldName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!__proto__$|constructor$|prototype$)[A-Za-z0-9_.-]+$/);
const headerName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9-]+$/);

const lookup = z.strictObject({
  /** `{name}` stands for an input parameter, percent-encoded. */
  path: pathTemplate,
  /** Answer field → path in the product's answer. */
  fields: z
    .record(fieldName, dataPath)
    .refine((fields) => Object.keys(fields).length <= 50, 'at most 50 fields'),
  /** Statuses that mean "no such record". */
  notFound: z.array(z.int().min(400).max(499)).max(10).default([404]),
});

const findTicket = z.strictObject({
  /** Holds `{externalKey}`. */
  path: pathTemplate,
  idPath: dataPath,
  urlPath: dataPath.optional(),
  statusPath: dataPath.optional(),
  titlePath: dataPath.optional(),
});

/** How far a ticket is. Left out, `find` is asked for it. */
const ticketStatus = z.strictObject({
  /** Holds `{ticketId}`. */
  path: pathTemplate,
  statusPath: dataPath.default('$.status'),
});

const comments = z.strictObject({
  /** Holds `{ticketId}`. */
  path: pathTemplate,
  bodyField: fieldName.default('body'),
  keyField: fieldName.default('key'),
  idPath: dataPath.default('$.id'),
  /** Holds `{ticketId}` and `{key}`. */
  find: z.strictObject({ path: pathTemplate, idPath: dataPath }).optional(),
});

const ticket = z.strictObject({
  path: pathTemplate,
  idempotencyHeader: headerName.default('Idempotency-Key'),
  idPath: dataPath.default('$.id'),
  urlPath: dataPath.optional(),
  /** Our field → the product's field; a field that is not named is not sent. */
  fields: z
    .partialRecord(
      z.enum(['externalKey', 'title', 'body', 'priority', 'team', 'labels', 'status']),
      fieldName,
    )
    .default({
      externalKey: 'external_id',
      title: 'title',
      body: 'body',
      priority: 'priority',
      team: 'team',
      labels: 'labels',
    }),
  /** Sent with every ticket, as it is. */
  constant: z
    .record(fieldName, z.union([z.string().max(1_024), z.number(), z.boolean()]))
    .default({}),
  find: findTicket.optional(),
  status: ticketStatus.optional(),
  /** The product's word for a state → ours. Words that everybody uses (`In Progress`, `Done`) need no row. */
  states: z
    .record(z.string().min(1).max(64), z.enum(['open', 'in-progress', 'resolved', 'closed']))
    .default({})
    .refine((states) => Object.keys(states).length <= 50, 'at most 50 words'),
  /**
   * Ask before making. Without it the engine still asks whenever an earlier try of the same ticket is on its record;
   * look first where others use the same keys.
   */
  lookFirst: z.boolean().default(false),
  comments: comments.optional(),
});

export const genericOptions = z.strictObject({
  auth: z
    .strictObject({
      kind: z.enum(['none', 'bearer', 'basic', 'header']),
      header: headerName.default('Authorization'),
    })
    .default({ kind: 'none', header: 'Authorization' }),
  /** Sent with every request, as they are. No secrets: those go through `auth`, by reference. */
  headers: z
    .record(headerName, z.string().max(1_024))
    .default({})
    .refine((headers) => Object.keys(headers).length <= 20, 'at most 20 headers'),
  lookup: lookup.optional(),
  ticket: ticket.optional(),
});
export type GenericOptions = z.output<typeof genericOptions>;
export type TicketOptions = z.output<typeof ticket>;
