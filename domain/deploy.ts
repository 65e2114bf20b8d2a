/** That a version of a service went out somewhere. Every text is redacted and bounded by `deployLimits`. */
export interface Deploy {
  /** The sender's own id of it: the same deploy, told again, is one. */
  readonly uid: string;
  readonly source: string;
  /** In lower case, as incidents name it: a service, a workload, a repository without its owner. */
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly status: 'started' | 'succeeded' | 'failed';
  readonly actor: string;
  readonly url: string;
  /** RFC 3339. */
  readonly at: string;
}

export const deployLimits = {
  uidChars: 256,
  serviceChars: 200,
  textChars: 256,
  perDelivery: 100,
} as const;

/** Deploys as their connector sees them. Implemented over SQL by `store/deploys.ts`. */
export interface DeployStore {
  /** The newest first; services in lower case. */
  recent(
    tenant: string,
    of: { readonly services: readonly string[]; readonly sinceMs: number; readonly limit: number },
  ): Promise<readonly Deploy[]>;
}
