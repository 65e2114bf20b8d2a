import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BreakerState } from './breaker.ts';

/** The way of an alert, each measured from its receipt; `received` itself from the event's own time. */
export const stages = ['committed', 'dispatched', 'looked-up', 'ticketed', 'decided'] as const;
export type Stage = (typeof stages)[number];

/**
 * `alert` counts answers to deliveries, `run` ends, `effect` results, `lookup` answers. `late-redaction` counts kinds of secrets that only
 * the last look before Temporal's store found: each is a defect of what should have redacted them.
 */
export type Counted = 'alert' | 'run' | 'effect' | 'lookup' | 'late-redaction';

export interface Metrics {
  /** How long after receipt a stage was reached. */
  stage(stage: Stage, ms: number): void;
  outcome(what: Counted, outcome: string): void;
  /** One thing that redaction replaced, by kind. */
  redacted(kind: string): void;
  backlog(incidents: number): void;
  /** Age of the oldest incident that waits for triage. */
  lag(ms: number): void;
  breaker(connection: string, state: BreakerState): void;
  component(name: string, isUp: boolean): void;
  /** What was measured so far, as data that can be sent to another thread. */
  snapshot(): Promise<MetricsSnapshot>;
  /** OpenMetrics text, `others` added. */
  render(
    others?: readonly MetricsSnapshot[],
  ): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Metrics as prom-client writes them in JSON. */
export type MetricsSnapshot = readonly object[];

const stageBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.9, 2, 5, 10, 20, 60, 300, 1800, 7200,
];
const msPerSecond = 1_000;
const breakerValues = { closed: 0, 'half-open': 0.5, open: 1 } as const;

/** Counters of kinds are kept once they were asked for: finding one by its labels costs more than counting. */
function byKind(counter: Counter<'kind'>): (kind: string) => void {
  const known = new Map<string, Counter.Internal>();
  return (kind) => {
    const own = known.get(kind) ?? counter.labels(kind);
    known.set(kind, own);
    own.inc();
  };
}

function instrumentsOf(registers: Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>[]) {
  const stage = new Histogram({
    name: 'sallyport_stage_seconds',
    help: 'Time from the receipt of an alert to a stage of its handling.',
    labelNames: ['stage'],
    buckets: stageBuckets,
    registers,
  });
  const outcomes = new Counter({
    name: 'sallyport_outcomes',
    help: 'How things ended.',
    labelNames: ['what', 'outcome'],
    registers,
  });
  const redactions = new Counter({
    name: 'sallyport_redactions',
    help: 'What redaction replaced, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const backlog = new Gauge({
    name: 'sallyport_backlog_incidents',
    help: 'Incidents that wait for triage.',
    registers,
  });
  const lag = new Gauge({
    name: 'sallyport_lag_seconds',
    help: 'Age of the oldest incident that waits for triage.',
    registers,
  });
  const breaker = new Gauge({
    name: 'sallyport_breaker_open',
    help: '1 while a connection rests, 0.5 while it is tried.',
    labelNames: ['connection'],
    registers,
  });
  const component = new Gauge({
    name: 'sallyport_component_up',
    help: '1 while a component runs.',
    labelNames: ['component'],
    registers,
  });
  return { stage, outcomes, redactions, backlog, lag, breaker, component };
}

export function createMetrics(): Metrics {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const { stage, outcomes, redactions, backlog, lag, breaker, component } = instrumentsOf([
    registry,
  ]);
  return {
    stage: (name, ms) => stage.observe({ stage: name }, Math.max(0, ms) / msPerSecond),
    outcome: (what, outcome) => outcomes.inc({ what, outcome }),
    redacted: byKind(redactions),
    backlog: (incidents) => backlog.set(incidents),
    lag: (ms) => lag.set(ms / msPerSecond),
    breaker: (connection, state) => breaker.set({ connection }, breakerValues[state]),
    component: (name, isUp) => component.set({ component: name }, isUp ? 1 : 0),
    snapshot: async () =>
      JSON.parse(JSON.stringify(await registry.getMetricsAsJSON())) as MetricsSnapshot,
    render: async (others = []) => {
      const { contentType } = registry;
      if (others.length === 0) return { contentType, text: await registry.metrics() };
      const all = [await registry.getMetricsAsJSON(), ...others];
      const sum = AggregatorRegistry.aggregate<typeof contentType>(all);
      sum.setContentType(contentType);
      return { contentType, text: await sum.metrics() };
    },
  };
}
