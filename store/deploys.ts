import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Deploy, DeployStore } from '../domain/deploy.ts';
import { idOf } from '../domain/digest.ts';
import type { Actor } from '../domain/entry.ts';
import type { RecentDeploy } from '../domain/hold.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

export interface DeployReport {
  readonly tenant: string;
  readonly actor: Actor;
  readonly deploys: readonly Deploy[];
}

/** Keeps what was told of deploys, each with an entry. The same again changes its status and time only. Gives their ids. */
export async function recordDeploys(
  tx: Sql,
  { tenant, actor, deploys }: DeployReport,
  clock: Clock,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const deploy of deploys) {
    const id = idOf('dpl', 'sallyport/deploy/v1', [
      tenant,
      deploy.source,
      deploy.service,
      deploy.uid,
    ]);
    ids.push(id);
    const changed = await tx.query(
      `insert into deploys (id, tenant, source, service, environment, version, status, actor, url, at, seen_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (id) do update set status = excluded.status, at = greatest(deploys.at, excluded.at), seen_at = excluded.seen_at
         where deploys.status <> excluded.status returning id`,
      [
        id,
        tenant,
        deploy.source,
        deploy.service,
        deploy.environment,
        deploy.version,
        deploy.status,
        deploy.actor,
        deploy.url,
        deploy.at,
        isoTime(clock.nowMs()),
      ],
    );
    if (changed.length === 0) continue;
    const { service, environment, version, status, at, source } = deploy;
    await appendEntries(tx, [
      newEntry(
        {
          tenant,
          type: 'deploy.seen',
          actor,
          incident: null,
          run: null,
          subject: id,
          outcome: 'done',
          data: { source, service, environment, version, status, at },
        },
        clock,
      ),
    ]);
  }
  return ids;
}

export interface KeptDeploy extends Deploy {
  readonly id: string;
}

export interface DeployFilter {
  readonly tenant: string;
  /** In lower case; empty: all. */
  readonly services: readonly string[];
  readonly sinceMs: number;
  readonly limit: number;
}

/** The newest first. */
export async function findDeploys(sql: Sql, filter: DeployFilter): Promise<readonly KeptDeploy[]> {
  const rows = await sql.query<Omit<KeptDeploy, 'uid' | 'at'> & { readonly at: Date }>(
    `select id, source, service, environment, version, status, actor, url, at from deploys
      where tenant = $1 and ($2::text[] = '{}' or service = any($2)) and at >= $3 order by at desc, id limit $4`,
    [filter.tenant, filter.services, isoTime(filter.sinceMs), filter.limit],
  );
  return rows.map((row) => ({ ...row, uid: row.id, at: row.at.toISOString() }));
}

/** The latest deploy of each service that began since then; one that is planned for later is none yet. */
export async function latestDeploys(
  sql: Sql,
  of: {
    readonly tenant: string;
    readonly services: readonly string[];
    readonly sinceMs: number;
    readonly nowMs: number;
  },
): Promise<ReadonlyMap<string, RecentDeploy>> {
  if (of.services.length === 0) return new Map();
  const rows = await sql.query<Omit<RecentDeploy, 'atMs'> & { readonly at: Date }>(
    `select distinct on (service) id, service, version, source, at from deploys
      where tenant = $1 and service = any($2::text[]) and at >= $3 and at <= $4 order by service, at desc`,
    [of.tenant, of.services, isoTime(of.sinceMs), isoTime(of.nowMs)],
  );
  return new Map(rows.map(({ at, ...row }) => [row.service, { ...row, atMs: at.getTime() }]));
}

/** For the connector that looks deploys up. */
export function createDeployStore(sql: Sql): DeployStore {
  return {
    recent: async (tenant, of) => {
      if (of.services.length === 0) return [];
      const found = await findDeploys(sql, { tenant, ...of });
      return found.map(({ id: _, ...deploy }) => deploy);
    },
  };
}
