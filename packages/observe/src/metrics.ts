/**
 * The metrics of the table as prom-client objects, in a registry of their own: two observers in one process
 * (tests, all roles in one) do not share numbers, and nothing that another library registers gets in.
 */
import { idsInProgress, isTracing, type TraceIds } from '@longshore/tracing';
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
  type RegistryContentType,
} from 'prom-client';
import { type LabelsOf, METRICS, type MetricName, type NameOf } from './metrics-table.js';

/** Fills a metric just before it is read, for numbers that are kept elsewhere. */
export type Fill<Name extends MetricName> = (add: (labels: LabelsOf<Name>, value: number) => void) => void;

/**
 * Moves and reads the metrics. Each move is one look-up and one prom-client call, measured below a microsecond;
 * prom-client’s child objects would save nothing, since they hash the labels at each call as well. A value that is
 * no number is left out instead of throwing: a metric must not cost the record, nor the delivery that it is of.
 */
export class Metrics {
  readonly #registry = new Registry<RegistryContentType>();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    // Required for histograms with exemplars. Each read sets the form that it wants.
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, row] of Object.entries(METRICS)) {
      const config = { name, help: row.help, labelNames: row.labels, registers: [this.#registry] };
      if (row.type === 'counter') this.#counters.set(name, new Counter(config));
      else if (row.type === 'gauge') this.#gauges.set(name, new Gauge(config));
      else
        this.#histograms.set(
          name,
          new Histogram({ ...config, buckets: [...row.buckets], enableExemplars: true }),
        );
    }
  }

  count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    if (by >= 0) this.#counters.get(name)?.inc(labels, by);
  }

  /** @param trace that the value is an example of: the span in progress unless one is named */
  observe<Name extends NameOf<'histogram'>>(
    name: Name,
    labels: LabelsOf<Name>,
    value: number,
    trace: TraceIds | undefined = idsInProgress(),
  ): void {
    if (!Number.isFinite(value)) return;
    this.#histograms.get(name)?.observe({ labels, value, exemplarLabels: { ...trace } });
  }

  set<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  unset<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>): void {
    this.#gauges.get(name)?.remove(labels);
  }

  /** The counter shows what `fill` says, whenever it is read. */
  fillFrom<Name extends NameOf<'counter'>>(name: Name, fill: Fill<Name>): void {
    const counter = this.#counters.get(name);
    if (counter === undefined) return;
    Object.assign(counter, {
      collect() {
        counter.reset();
        fill((labels, value) => counter.inc(labels, value));
      },
    });
  }

  /** The gauge, which has no labels, shows what `value` says whenever it is read. */
  gaugeFrom(name: NameOf<'gauge'>, value: () => number): void {
    const gauge = this.#gauges.get(name);
    if (gauge !== undefined) Object.assign(gauge, { collect: () => gauge.set(value()) });
  }

  /** One read after the other: the form is a state of the registry. */
  #reading: Promise<unknown> = Promise.resolve();

  /**
   * Prometheus text; OpenMetrics, the only form with exemplars, where `accept` names it and there are traces to refer to.
   * @param accept the reader's `Accept` header
   */
  read(accept = ''): Promise<{ contentType: string; body: string }> {
    const asOpenMetrics = isTracing() && accept.includes('application/openmetrics-text');
    const reading = this.#reading.then(() => this.#readAs(asOpenMetrics));
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #readAs(openMetrics: boolean): Promise<{ contentType: string; body: string }> {
    const registry = this.#registry;
    const contentType = openMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
    registry.setContentType(contentType);
    // prom-client takes `_total` off the names of counters for OpenMetrics, and leaves them so.
    const names = registry.getMetricsAsArray().map((metric) => [metric, metric.name] as const);
    try {
      return { contentType, body: await registry.metrics() };
    } finally {
      for (const [metric, name] of names) metric.name = name;
    }
  }
}
