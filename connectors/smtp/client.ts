import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { SallyportError } from '../../domain/errors.ts';
import type { CallContext } from '../contract.ts';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
}

export interface SmtpOptions {
  readonly timeoutMs: number;
  readonly login: { readonly user: string; readonly pass: string } | null;
}

interface Place {
  readonly url: URL;
  readonly address: string;
}

const schemes = ['smtps:', 'smtp:'] as const;

/** Connects and signs in, then lets go. */
export async function greet(ctx: CallContext, options: SmtpOptions): Promise<void> {
  await ctx.http.converse(schemes, async (place) => {
    const line = await openLine(ctx, place, options);
    line.quit();
  });
}

/**
 * Sends one mail. What fails before the server asked for the message certainly did not happen; after that only a reply of
 * the server says what became of it, and a lost reply is `EFFECT_UNKNOWN`. Returns how many recipients the server refused
 * while it took the mail for others; where it refuses them all the mail fails.
 */
export async function sendMail(
  ctx: CallContext,
  mail: Mail,
  options: SmtpOptions,
): Promise<number> {
  const message = await compose(mail);
  return ctx.http.converse(schemes, async (place) => {
    const line = await openLine(ctx, place, options);
    let isAsked = false;
    const text = new Readable({
      read() {
        isAsked = true;
        this.push(message);
        this.push(null);
      },
    });
    try {
      return await new Promise<number>((resolve, reject) => {
        line.once('error', reject);
        line.once('end', () => reject(new Error('the connection ended')));
        line.send({ from: mail.from, to: [...mail.to] }, text, (error, info) =>
          error ? reject(error) : resolve(info.rejected.length),
        );
      });
    } catch (error) {
      throw unsent(error, isAsked);
    } finally {
      line.quit();
    }
  });
}

async function openLine(
  ctx: CallContext,
  { url, address }: Place,
  { timeoutMs, login }: SmtpOptions,
): Promise<SMTPConnection> {
  const secure = url.protocol === 'smtps:';
  const line = new SMTPConnection({
    host: address,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // SECURITY: without TLS the mail and the password could be read on the way; only a private network may do without.
    requireTLS: !secure && !ctx.connection.egress.private,
    tls: isIP(url.hostname) === 0 ? { servername: url.hostname } : {},
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as SMTPConnection.Options);
  ctx.signal.addEventListener('abort', () => line.close(), { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      line.once('error', reject);
      line.once('end', () => reject(new Error('the connection ended')));
      line.connect((error) => (error ? reject(error) : resolve()));
    });
    if (login !== null)
      await new Promise<void>((resolve, reject) =>
        line.login({ credentials: login }, (error) => (error ? reject(error) : resolve())),
      );
    line.removeAllListeners('error').on('error', () => undefined);
    return line;
  } catch (error) {
    line.close();
    throw new SallyportError(
      codeOf(error) === 'EAUTH' ? 'VENDOR_DENIED' : 'VENDOR_UNAVAILABLE',
      'the mail server does not let us in',
      { cause: error },
    );
  }
}

function unsent(error: unknown, isAsked: boolean): SallyportError {
  const reply =
    typeof error === 'object' && error !== null && 'responseCode' in error
      ? Number(error.responseCode)
      : 0;
  if (reply >= 400 && reply < 500)
    return new SallyportError('VENDOR_UNAVAILABLE', `the mail server put us off (${reply})`, {
      cause: error,
    });
  if (reply >= 500)
    return new SallyportError('INPUT_INVALID', `the mail server refused the mail (${reply})`, {
      cause: error,
    });
  if (!isAsked)
    return new SallyportError('VENDOR_UNAVAILABLE', 'the mail server went away before the mail', {
      cause: error,
    });
  return new SallyportError('EFFECT_UNKNOWN', 'the mail was handed over, but not confirmed', {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** Plain text only; the composer encodes header values, and our schema lets no line end into them. */
async function compose({ from, to, subject, text, messageId }: Mail): Promise<Buffer> {
  const headers = { 'auto-submitted': 'auto-generated' };
  return new MailComposer({
    from,
    to: [...to],
    subject,
    text,
    messageId,
    headers,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}
