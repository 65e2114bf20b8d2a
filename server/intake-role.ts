import { createAccess } from '../api/access.ts';
import type { Access } from '../api/access.ts';
import { auditRoutes } from '../api/audit-routes.ts';
import type { PlaybookSummary } from '../api/people-deps.ts';
import { peopleRoutes } from '../api/people-routes.ts';
import { incidentHistory } from '../audit/history.ts';
import type { CatalogPlan } from '../catalog/load.ts';
import { createCorrelator } from '../intake/correlation.ts';
import { deployRoutes } from '../intake/deploy-routes.ts';
import { alertKeeping, originalReader } from './alert-keeping.ts';
import { receive, type ReceiveDeps } from '../intake/receive.ts';
import { receiveInTurns } from '../intake/receive-in-turns.ts';
import { createStormPace } from '../intake/storm-pace.ts';
import type { StormGauge } from '../intake/storm-gauge.ts';
import { createReplay } from '../intake/replay.ts';
import type { IntakeDeps } from '../intake/accept.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { createManualFiler } from '../intake/manual.ts';
import { hecRoutes } from '../intake/hec-routes.ts';
import { intakeRoutes } from '../intake/routes.ts';
import { keepOriginals } from '../store/vault.ts';
import { notifyWork } from '../store/notify.ts';
import { createIntake } from './core.ts';
import type { Core } from './core.ts';
import { sourceWatch } from './source-watch-loop.ts';
import { pullSources } from './pull-sources.ts';
import { syslogListeners } from './syslog-listeners.ts';
import { createFetchText } from './fetch-text.ts';
import { createEgress } from '../platform/http.ts';
import { createCancelRun, createDeliverVote } from './deliver-vote.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Routes } from './http.ts';
import type { Parts, RoleParts } from './roles.ts';
import { readVerifierKey } from './verifier-key.ts';

/** A person waits this long for the answer of the run; what takes longer is brought by the sweep. */
const voteDeadlineMs = 8_000;

/** Intake and the API for people. Of Temporal only votes and cancellations have need. */
export function intakeRole({
  core,
  catalog,
  wake,
}: Pick<Parts, 'core' | 'catalog' | 'wake'>): RoleParts {
  const { config, db, clock, redactor, keys, logger } = core;
  const { tenant, tokens } = config;
  const onCommitted = (): void => {
    wake.call();
    notifyWork(db).catch((error: unknown) =>
      logger.warn({ err: error }, 'a notification was lost; dispatchers poll as well'),
    );
  };
  const { inbox, rejects, storms } = createIntake(core, onCommitted);
  const egress = createEgress({ clock, onBreaker: core.metrics.breaker });
  const fetchText = createFetchText(egress);
  const intake = intakeDeps(core, catalog, { inbox, rejects, storms, fetchText });
  const access = createAccess({ tokens, db, tenant, clock });
  const messenger = { client: core.temporal.client, clock };
  const playbooks = [...catalog.plans.values()].map(summaryOf);
  const people = peopleRoutes({
    db,
    clock,
    tenant,
    ledgerOrigin: config.ledger.origin,
    redactor,
    vaultKeys: keys.vault,
    access,
    playbooks: () => playbooks,
    fileManual: createManualFiler(intake),
    openOriginal: originalReader(config),
    replay: createReplay({ ...intake, db, tokenKeyId: keys.token.current }),
    deliverVote: createDeliverVote(messenger),
    voteDeadlineMs,
    cancelRun: createCancelRun(messenger),
  });
  return {
    components: [
      ...syslogListeners(intake),
      ...pullSources({ ...intake, db, egress }, logger),
      sourceWatch(core, intake),
    ],
    routes: [
      counted(intakeRoutes(intake), core.metrics),
      counted(hecRoutes(intake), core.metrics),
      deployRoutes({ ...intake, db, keepOriginals }),
      people,
      auditOf(core, access),
    ],
    drain: async () => {
      await inbox.drained();
      await rejects.drained();
      await egress.close();
    },
  };
}

interface Inlets extends Pick<IntakeDeps<SealedOriginal>, 'inbox' | 'rejects' | 'fetchText'> {
  readonly storms: StormGauge;
}

function intakeDeps(
  { config, redactor, clock }: Core,
  catalog: Parts['catalog'],
  { storms, ...inlets }: Inlets,
): IntakeDeps<SealedOriginal> {
  const keeping = alertKeeping(config);
  const monotonicMs = (): number => performance.now();
  const receiving: ReceiveDeps<SealedOriginal> = {
    ...(keeping === undefined ? {} : { keeping }),
    tenant: config.tenant,
    redactor,
    redactorOf: (source) => ({
      session: () => redactor.session(config.redaction.forSource(source)),
    }),
    correlate: createCorrelator(catalog.policy.correlation),
  };
  return {
    ...receiving,
    ...inlets,
    receiver: receiveInTurns(
      (sent) => receive(receiving, sent),
      monotonicMs,
      createStormPace(storms.isStorming, monotonicMs),
    ),
    sources: config.sources,
    clock,
  };
}

function summaryOf({ plan, digest }: CatalogPlan): PlaybookSummary {
  const { name, version, title, author } = plan;
  return { name, version, title, author, digest };
}

function auditOf(core: Core, access: Access): Routes {
  const { config, db, clock, redactor } = core;
  const { tenant } = config;
  const reader = { db, client: core.temporal.client, converter: core.converters.carried, clock };
  return auditRoutes({
    db,
    clock,
    tenant,
    access,
    logDir: config.ledger.dir,
    get verifierKey() {
      return readVerifierKey(config);
    },
    redact: (text) => redactor.redactText(text).text,
    history: (incidentId) => incidentHistory(reader, incidentId),
  });
}

/** Deliveries by the status of their answer. */
function counted(routes: Routes, metrics: Metrics): Routes {
  return async (app) => {
    app.addHook('onResponse', async (_request, reply) =>
      metrics.outcome('alert', String(reply.statusCode)),
    );
    await routes(app);
  };
}
