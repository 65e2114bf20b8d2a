import { z } from 'zod';
import { digestOf } from '../../domain/digest.ts';
import { oneLine } from '../inert.ts';
import { defineCapability, optionsAs, type CallContext, type Connector } from '../contract.ts';
import { reportCheck } from '../report.ts';
import { greet, sendMail, type SmtpOptions } from './client.ts';

const recipientsMax = 20;
const subjectChars = 200;
/** One plain mailbox: no display name, list, comment or line end, so that nobody can add recipients or headers. */
const mailbox = z
  .string()
  .max(254)
  .regex(/^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/);

const smtpOptions = z.strictObject({
  from: mailbox,
  to: z.array(mailbox).min(1).max(recipientsMax),
  timeoutMs: z.int().min(1).max(10_000).default(10_000),
});

const send = defineCapability({
  manifest: {
    name: 'smtp.message.send',
    title: 'Notify by mail',
    effect: 'reversible',
    privilege: 'notify',
    target: null,
    reveals: [],
    undo: null,
    precondition: null,
    settle: 'none',
    reach: 'One mail to the recipients that the connection or the playbook names.',
  },
  input: z.strictObject({
    subject: z.string().min(1).max(256),
    body: z.string().max(60_000),
    to: z.array(mailbox).min(1).max(recipientsMax).optional(),
  }),
  output: z.strictObject({
    messageId: z.string().max(320),
    /** Recipients that the server does not know, or does not take mail for. */
    refused: z.int().min(0).max(recipientsMax),
  }),
  call: async ({ subject, body, to }, ctx) => {
    const options = optionsAs(ctx.connection, smtpOptions);
    const messageId = `<${digestOf('sallyport/message-id/v1', ctx.idempotencyKey).slice(0, 40)}@${options.from.split('@')[1] ?? 'sallyport.invalid'}>`;
    const refused = await sendMail(
      ctx,
      {
        from: options.from,
        to: to ?? options.to,
        subject: oneLine(subject, subjectChars),
        text: body,
        messageId,
      },
      lineOptions(ctx, options.timeoutMs),
    );
    return { messageId, refused };
  },
});

export const smtp: Connector = {
  manifest: {
    name: 'smtp',
    title: 'Mail by SMTP',
    version: '1.0.0',
    capabilities: [send.manifest],
  },
  capabilities: { 'smtp.message.send': send },
  check: async (ctx) => {
    const { timeoutMs } = optionsAs(ctx.connection, smtpOptions);
    const report = await reportCheck({ read: () => greet(ctx, lineOptions(ctx, timeoutMs)) });
    return {
      ...report,
      credential: ctx.connection.secret === null ? 'none' : report.credential,
      canWrite: 'yes',
    };
  },
};

function lineOptions(ctx: CallContext, timeoutMs: number): SmtpOptions {
  const secret = ctx.connection.secret?.reveal();
  if (secret === undefined) return { timeoutMs, login: null };
  const at = secret.indexOf(':');
  return {
    timeoutMs,
    login: { user: secret.slice(0, Math.max(at, 0)), pass: secret.slice(at + 1) },
  };
}
