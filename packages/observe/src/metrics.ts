/**
 * The metrics of the table as prom-client objects, in a registry of their own: two observers in one process
 * (tests, all roles in one) do not share numbers, and nothing that another library registers gets in.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type LabelsOf, METRICS, type MetricName, type NameOf } from './metrics-table.js';

/** Fills a metric just before it is read, for numbers that are kept elsewhere. */
export type Fill<Name extends MetricName> = (add: (labels: LabelsOf<Name>, value: number) => void) => void;

/**
 * Moves and reads the metrics. Each move is one look-up and one prom-client call, measured below a microsecond;
 * prom-client’s child objects would save nothing, since they hash the labels at each call as well. A value that is
 * no number is left out instead of throwing: a metric must not cost the record, nor the delivery that it is of.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, row] of Object.entries(METRICS)) {
      const config = { name, help: row.help, labelNames: row.labels, registers: [this.#registry] };
      if (row.type === 'counter') this.#counters.set(name, new Counter(config));
      else if (row.type === 'gauge') this.#gauges.set(name, new Gauge(config));
      else this.#histograms.set(name, new Histogram({ ...config, buckets: [...row.buckets] }));
    }
  }

  count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    if (by >= 0) this.#counters.get(name)?.inc(labels, by);
  }

  observe<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    if (Number.isFinite(value)) this.#histograms.get(name)?.observe(labels, value);
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

  /** Prometheus text. */
  async read(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
