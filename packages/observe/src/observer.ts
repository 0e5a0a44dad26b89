/**
 * Records and metrics: the pipelines write them, the listeners read them. The stages return values and do not use this
 * package.
 *
 * Numbers are those of this process since its start; Prometheus adds up the processes.
 */
import { ignoredErrors } from '@longshore/event';
import { type ArchiveMeter, createArchiveMeter } from './archive-meter.js';
import { createGauges, type Gauges } from './gauges.js';
import { LabelBounds } from './label-bounds.js';
import { createLog, type LogOptions } from './log.js';
import { Metrics } from './metrics.js';
import { createReconcileMeter, type ReconcileMeter } from './reconcile-meter.js';
import { createRecorder, type Recorder } from './recorder.js';
import { RegistryTally } from './registry-tally.js';
import { type EndpointSettings, registryVars } from './registry-vars.js';
import { Expected } from './safe-error.js';
import { type Logger, type Throttle, throttle } from './throttle.js';

/** Settings of `log`, and what is known from the start. */
export interface ObserverOptions extends Omit<LogOptions, 'onDrop'> {
  version: string;
  /** Names that metrics always tell apart, however many others come. */
  endpoints?: Iterable<string>;
  sources?: Iterable<string>;
}

/** The pipelines write, the listeners read. No call throws; only reading waits. */
export interface Observer extends Recorder, Gauges, ArchiveMeter, ReconcileMeter {
  /** For lines about the process itself, which are not records. */
  log: Logger;
  /** Like `log`, but writes equal lines at most once in `everyMs`, with the number of those suppressed. */
  throttledLog(key: string, everyMs: number): Logger;
  /** Prometheus text, or OpenMetrics with exemplars: see `Metrics.read`. @param accept the reader's `Accept` header */
  metrics(accept?: string): Promise<{ contentType: string; body: string }>;
  /** `/debug/vars` in the registry's shape. `pending`: deliveries that wait or are in flight, by endpoint. */
  registryVars(endpoints: readonly EndpointSettings[], pending?: Readonly<Record<string, number>>): object;
  /** Resolves when every line so far is written. To be called before the process ends. */
  flush(): Promise<void>;
  /** Resolves when every line so far is written, or after two seconds without a reader of the log. */
  written(): Promise<void>;
}

const withoutStack = (fields: object): object =>
  'err' in fields ? { ...fields, err: new Expected(fields.err) } : fields;

/** One per process. Writes to stdout, or to `destination`, one JSON line per record. */
export function createObserver(options: ObserverOptions): Observer {
  const metrics = new Metrics();
  const bounds = new LabelBounds(options);
  const tally = new RegistryTally(metrics);
  const dropped = () => metrics.count('longshore_log_lines_dropped_total', {});
  const { logger, flush, written } = createLog({ ...options, onDrop: dropped });
  const log: Logger = {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    // A warning is of something that was expected to happen; a stack would say nothing of it.
    warn: (fields, message) => logger.warn(withoutStack(fields), message),
    error: (fields, message) => logger.error(fields, message),
  };
  const throttles = new Map<string, Throttle>();
  metrics.set('longshore_build_info', { version: options.version }, 1);
  metrics.fillFrom('longshore_internal_errors_total', (add) => {
    for (const [where, errors] of ignoredErrors()) add({ where }, errors);
  });
  return {
    log,
    ...createRecorder({ log, metrics, bounds, tally }),
    ...createGauges(metrics, bounds, tally),
    ...createArchiveMeter(metrics),
    ...createReconcileMeter(metrics, bounds),
    throttledLog(key, everyMs) {
      const made = throttles.get(key) ?? throttle(log, everyMs);
      throttles.set(key, made);
      return made.logger;
    },
    metrics: (accept) => metrics.read(accept),
    registryVars: (endpoints, pending = {}) =>
      registryVars(endpoints, (name) => {
        const known = tally.read(bounds.endpoint(name));
        return { ...known, Pending: pending[name] ?? known.Pending };
      }),
    async flush() {
      for (const each of throttles.values()) each.flush();
      await flush();
    },
    written,
  };
}
