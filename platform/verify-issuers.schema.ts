import { z } from 'zod';
import { listMax, nameMax, text } from './config-values.schema.ts';

const audiences = z.array(text).min(1).max(8);
const some = z.array(text).min(1).max(listMax);

/** Senders that are verified with keys or certificates of somebody else. */
export const oidc = z.strictObject({
  kind: z.literal('oidc').describe('A signed JWT as bearer token (RFC 7519, RFC 8725).'),
  issuer: text.describe('`iss`, letter by letter.'),
  audiences: audiences.describe('`aud`: one of them must be in the token.'),
  keysUrl: text.describe("Where the issuer's public keys are (JWKS)."),
  private: z
    .boolean()
    .default(false)
    .describe('Whether that address may lie on a private network; `http:` is allowed then.'),
  algorithms: z
    .array(
      z.enum([
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
        'EdDSA',
      ]),
    )
    .min(1)
    .max(10)
    .default(['RS256', 'ES256'])
    .describe('Which signatures are accepted.'),
  typ: text.optional().describe('The wanted `typ` of the header, for example `at+jwt`.'),
  ageSecondsMax: z
    .int()
    .min(60)
    .max(86_400)
    .default(3_600)
    .describe('How long ago it may have been issued.'),
  claims: z
    .record(z.string().min(1).max(nameMax), some)
    .refine((claims) => Object.keys(claims).length > 0, 'must name at least one claim')
    .describe('What else the token must say: for each claim the values that are accepted.'),
});

export const google = z.strictObject({
  kind: z
    .literal('google')
    .describe('Google Cloud (Pub/Sub push): OIDC token of a service account.'),
  audience: text.describe('The audience that you gave the subscription.'),
  serviceAccounts: some.describe('The e-mail addresses of the service accounts that may send.'),
});

export const entra = z.strictObject({
  kind: z.literal('entra').describe('Microsoft Entra (Azure Monitor secure webhook, Event Grid).'),
  tenantId: z.uuid().max(nameMax).describe('Your directory.'),
  audiences: audiences.describe('The application id, or its URI, of your app registration.'),
  applications: some.describe('The ids of the applications that may send (`azp`, `appid`).'),
});

export const sns = z.strictObject({
  kind: z.literal('aws-sns').describe('Amazon SNS: signed messages (not raw delivery).'),
  topics: some.describe('The ARNs of the topics that may send.'),
  confirm: z
    .boolean()
    .default(true)
    .describe('Whether a subscription of these topics is confirmed by itself.'),
  toleranceSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(3_900)
    .describe('How old a message may be; SNS tries again for up to an hour.'),
});

/** How a product asks first whether somebody is there. */
export const handshake = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('okta').describe('A GET whose header the answer repeats.'),
  }),
  z.strictObject({
    kind: z.literal('graph').describe('Microsoft Graph: `validationToken` in the address.'),
  }),
  z.strictObject({
    kind: z.literal('event-grid').describe('Azure Event Grid: an event with a code.'),
  }),
  z.strictObject({
    kind: z.literal('cloudevents').describe('CloudEvents: OPTIONS with `WebHook-Request-Origin`.'),
    origins: z.array(text).min(1).max(8).describe('Who may send.'),
    perMinute: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(6_000)
      .describe('How many requests a minute they are allowed.'),
  }),
]);
