/** A secret that is being replaced: it is accepted until that time and not a moment longer. */
export interface RetiringSecret {
  readonly secret: string;
  readonly untilMs: number;
}

/** Any of `secrets` will do, and any of `retiring` whose time has not come: keys change without a gap. */
export interface Rotation {
  readonly secrets: readonly string[];
  readonly retiring?: readonly RetiringSecret[];
}

/**
 * A keyed hash over the raw body. `signed` says what it covers: `{body}` alone, or with a timestamp
 * `{timestamp}.{body}`, or what the product writes (Slack: `v0:{timestamp}:{body}`). A timestamp that is not covered
 * proves nothing.
 */
export interface HmacProof extends Rotation {
  readonly kind: 'hmac';
  readonly header: string;
  readonly algorithm: 'sha256' | 'sha1' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  readonly prefix?: string;
  /** Between several signatures in one header, any of which may match: senders sign with both keys while they rotate. */
  readonly separator?: string;
  readonly timestampHeader?: string;
  /** The timestamp stands beside the signatures, as `<name>=<seconds>`. */
  readonly timestampParameter?: string;
  readonly signed?: string;
  readonly toleranceSeconds: number;
}

/** One of these claims must hold one of these values. */
export interface WantedClaim {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** A JWT of an issuer that is trusted for nothing else. Google's and Entra's are this with their own values. */
export interface TokenProof {
  readonly kind: 'oidc';
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly keysUrl: string;
  /** Whether `keysUrl` may lie on a private address. */
  readonly private?: boolean;
  readonly algorithms: readonly string[];
  readonly typ?: string;
  readonly ageSecondsMax: number;
  /** What the token must say besides. */
  readonly claims: readonly WantedClaim[];
}

/** Amazon SNS: signed by its certificate, from topics that are named. */
export interface SnsProof {
  readonly kind: 'aws-sns';
  readonly topics: readonly string[];
  readonly confirm: boolean;
  readonly toleranceSeconds: number;
}

/** Syslog proves little: an address, or a certificate where the listener asks for one. Nothing comes over HTTP. */
export interface SyslogProof {
  readonly kind: 'syslog';
  readonly listen: readonly SyslogListen[];
  /** Addresses and networks (CIDR) that may send. */
  readonly addresses: readonly string[];
  /** Of times without a zone: minutes east of UTC. */
  readonly offsetMinutes: number;
}

export interface SyslogListen {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  readonly tls?: {
    readonly certificate: string;
    readonly key: string;
    /** The authority whose clients may connect; left out: certificates are not asked for. */
    readonly clients?: string;
  };
}

/** What can be judged from the request alone. */
export type LocalProof =
  | HmacProof
  /** One of the products whose scheme `intake/verify/products.ts` holds as data. */
  | (Rotation & {
      readonly kind: 'product';
      readonly product: string;
      readonly timestampHeader?: string;
      readonly toleranceSeconds?: number;
    })
  | (Rotation & {
      readonly kind: 'standard-webhooks';
      readonly toleranceSeconds?: number;
      /** Ed25519 keys of senders that sign as `v1a`: base64 of 32 bytes, with or without `whpk_`. */
      readonly publicKeys?: readonly string[];
    })
  | (Rotation & { readonly kind: 'bearer'; readonly header?: string })
  /** Secrets are `user:password`. */
  | (Rotation & { readonly kind: 'basic' })
  /** What a proxy that ends TLS says of the client's certificate; its own shared secret proves that it says so. */
  | (Rotation & {
      readonly kind: 'client-certificate';
      readonly secretHeader: string;
      readonly header: string;
      readonly accepted: readonly string[];
    })
  /** Tokens of Splunk's HTTP Event Collector; with `ack` a channel is wanted and acknowledged. */
  | (Rotation & { readonly kind: 'splunk-hec'; readonly ack: boolean })
  /** Microsoft Graph: each notification in the body repeats the secret that the subscription was made with. */
  | (Rotation & { readonly kind: 'graph' });

/** How a source proves itself, secrets resolved. */
export type SenderProof =
  | LocalProof
  | TokenProof
  | SnsProof
  | SyslogProof
  /** Nothing comes over HTTP: the source is asked. */
  | { readonly kind: 'pull' };
