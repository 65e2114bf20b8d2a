import type { FastifyInstance } from 'fastify';
import { deployLimits, type Deploy } from '../domain/deploy.ts';
import { SallyportError } from '../domain/errors.ts';
import { isObject, type Json } from '../domain/json.ts';
import type { Database, Sql } from '../store/database.ts';
import { recordDeploys } from '../store/deploys.ts';
import { knownSources, type IntakeDeps } from './accept.ts';
import { decodeBody } from './decode-body.ts';
import { readDeploys, type DeployDraft } from './deploy-events.ts';
import { intakeLimits } from './limits.ts';
import { parseJson } from './parse-json.ts';
import { readRaw, recordRejection } from './raw-requests.ts';
import { sessionOf } from './receive.ts';

export interface DeployDeps<Sealed> extends IntakeDeps<Sealed> {
  readonly db: Database;
  readonly keepOriginals: (tx: Sql, tenant: string, sealed: readonly Sealed[]) => Promise<void>;
}

/**
 * `POST /v1/deploys/:source`: deploys as GitHub, GitLab, Argo CD and Flux tell of them, verified as alerts of that source
 * are. 202 with the ids of what was kept; none where the body tells of no deploy, which is kept as a rejection.
 */
export function deployRoutes<Sealed>(deps: DeployDeps<Sealed>): (app: FastifyInstance) => void {
  const sources = knownSources(deps);
  return (app) => {
    const sent = readRaw(app, deps);
    app.setErrorHandler((error, request) => {
      recordRejection(deps, request, error);
      throw error;
    });
    app.post<{ Params: { source: string } }>(
      '/v1/deploys/:source',
      { bodyLimit: intakeLimits.bodyBytesMax },
      async (request, reply) => {
        const known = sources.get(request.params.source);
        if (known === undefined)
          throw new SallyportError('NOT_FOUND', 'there is no source of that name');
        const verdict = await known.verify(sent(request));
        if (!verdict.ok) throw new SallyportError(verdict.code, verdict.detail);
        const { body, nowMs } = sent(request);
        const drafts = draftsOf(body, request.headers['content-encoding'], nowMs);
        const kept = await keep(deps, known.name, drafts);
        if (kept.length === 0)
          recordRejection(
            deps,
            request,
            new SallyportError('REQUEST_INVALID', 'the body tells of no deploy that is known here'),
          );
        return reply.code(202).send({ deploys: kept });
      },
    );
  };
}

function draftsOf(
  body: Uint8Array,
  coding: string | undefined,
  nowMs: number,
): readonly DeployDraft[] {
  const decoded = decodeBody(body, coding);
  if (decoded.kind === 'unsupported')
    throw new SallyportError('CODING_UNSUPPORTED', 'only gzip and deflate are read');
  const parsed = decoded.kind === 'body' ? parseJson(decoded.body) : null;
  return parsed?.kind === 'values'
    ? parsed.values.flatMap((value) => readDeploys(value, nowMs)).slice(0, deployLimits.perDelivery)
    : [];
}

async function keep<Sealed>(
  deps: DeployDeps<Sealed>,
  source: string,
  drafts: readonly DeployDraft[],
): Promise<readonly string[]> {
  if (drafts.length === 0) return [];
  const redactor = sessionOf(deps, source);
  const redacted = drafts.map((draft) => redactDeploy(draft, { source, redactor }));
  return deps.db.transaction(async (tx) => {
    await deps.keepOriginals(
      tx,
      deps.tenant,
      redacted.flatMap(({ sealed }) => sealed),
    );
    return recordDeploys(
      tx,
      {
        tenant: deps.tenant,
        actor: { kind: 'source', id: source },
        deploys: redacted.map(({ deploy }) => deploy),
      },
      deps.clock,
    );
  });
}

interface Redacting<Sealed> {
  readonly source: string;
  readonly redactor: {
    redact(value: Json): { readonly value: Json; readonly sealed: readonly Sealed[] };
  };
}

/** SECURITY: commit messages, branch names and actors hold what people typed. */
export function redactDeploy<Sealed>(
  { at, status, ...foreign }: DeployDraft,
  { source, redactor }: Redacting<Sealed>,
): { readonly deploy: Deploy; readonly sealed: readonly Sealed[] } {
  const { value, sealed } = redactor.redact(foreign);
  const text = (name: keyof typeof foreign): string => {
    const kept = isObject(value) ? value[name] : undefined;
    return typeof kept === 'string' ? kept : '';
  };
  const cut = (name: keyof typeof foreign, max: number = deployLimits.textChars): string =>
    text(name).slice(0, max).toWellFormed();
  return {
    deploy: {
      uid: cut('uid'),
      source,
      service: cut('service', deployLimits.serviceChars),
      environment: cut('environment'),
      version: cut('version'),
      status,
      actor: cut('actor'),
      url: /^https?:\/\//.test(text('url')) ? cut('url') : '',
      at,
    },
    sealed,
  };
}
