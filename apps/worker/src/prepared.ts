/** An endpoint with its secrets resolved, so that putting it to work cannot fail: how it delivers, and by which rules. */
import {
  type AlertEndpoint,
  type ArchiveEndpoint,
  type Config,
  type Endpoint,
  signOptions,
} from '@longshore/config';
import { factsOf, isTest, type RetryPolicy } from '@longshore/event';
import { Egress } from '@longshore/network/egress';
import type { Observer } from '@longshore/observe';
import { filterFault } from '@longshore/publish';
import type { RedisClient } from '@longshore/queue';
import type { AlertStore } from '@longshore/queue/housekeeping';
import { compileRules } from '@longshore/routing';
import { createSign } from '@longshore/signing';
import { openSink, type SinkOptions, type TokenSources } from '@longshore/sinks';
import { alertReport, outOfDate } from './alerts/endpoint.js';
import { brokerOptions, openBroker } from './broker-options.js';
import { httpOptions, openHttp } from './http-options.js';
import type { OwnPublish } from './own-publish.js';
import type { LiveEndpoint } from './pipeline.js';
import { createPreheatMemory } from './preheat-memory.js';
import { copyOptions, preheatOptions } from './preheat-options.js';
import type { Report } from './report.js';

/** See the header. Nothing in it looks a secret up again. */
export interface Prepared {
  endpoint: Endpoint | AlertEndpoint | ArchiveEndpoint;
  /** Holds the values of the secrets, so that a rotated `file:` secret is a change. Never logged. */
  fingerprint: string;
  /** Opens a sink: each result is to be closed. */
  open(): Omit<LiveEndpoint, 'attempts'>;
  report: Report;
}

/** What an endpoint is prepared with. */
export interface PrepareParts {
  /** Of the consumer profile: waits for Redis. */
  client: RedisClient;
  observer: Observer;
  report: Report;
  /** For the results of preheats. */
  publish: OwnPublish['publish'];
  /** One for the process. */
  tokens: TokenSources;
  /** Knows which alerts are out of date. */
  alerts: Pick<AlertStore, 'get'>;
  /** Writes events into the archive; absent without `archive`. */
  archive?: SinkOptions['archive']['writer'];
  /** Version for the `User-Agent`. */
  version: string;
  /** When an alert is tried again; for tests. Default: as its endpoint says. */
  alertRetry?: RetryPolicy;
}

/**
 * @param config that the endpoint is of @param live the configuration that is in force, asked for at any time later
 * @throws LongshoreError SECRET_MISSING
 */
export function prepareEndpoint(
  endpoint: Endpoint | AlertEndpoint | ArchiveEndpoint,
  config: Config,
  live: () => Config,
  parts: PrepareParts,
): Prepared {
  const { client, observer, report, publish, version, tokens } = parts;
  const { delivered } = config.retention;
  const egress = new Egress(config.egress);
  // A format is known by its name, which the endpoint has.
  const fingerprint = (options: object) =>
    fingerprintOf([endpoint, { ...options, format: undefined }, delivered]);
  const { name } = endpoint;
  if (endpoint.kind === 'alert') return prepareAlert(endpoint, egress, fingerprint, parts);

  const ordered = endpoint.order !== 'none' && endpoint.hold !== undefined;
  const rules = { settings: endpoint, ordered, ignores: rulesOf(endpoint, observer) };
  if (endpoint.kind === 'archive') {
    const { archive: writer } = parts;
    if (!writer) throw new TypeError('the archive is not open in this process');
    const open = () => ({ ...rules, sink: openSink('archive', { writer }) });
    return { endpoint, fingerprint: fingerprint({}), open, report };
  }
  if (endpoint.kind === 'http') {
    const signing = endpoint.sign && signOptions(endpoint.sign);
    const { answers } = endpoint;
    const dashboard = config.dashboard.url;
    const options = {
      ...httpOptions(endpoint, version, egress),
      answers,
      dashboard,
      sign: signing && createSign(signing),
    };
    const open = () => ({ ...rules, sink: openHttp(options, tokens) });
    return { endpoint, fingerprint: fingerprint({ ...options, sign: signing }), open, report };
  }
  const memory = () => createPreheatMemory({ client, config: live, endpoint: name, observer, publish });
  if (endpoint.kind === 'copy') {
    const options = copyOptions(endpoint, version, egress);
    const open = () => ({ ...rules, sink: openSink('copy', { ...options, memory: memory() }) });
    return { endpoint, fingerprint: fingerprint(options), open, report };
  }
  if (endpoint.kind !== 'preheat') {
    const { kind } = endpoint;
    const options = brokerOptions(endpoint, version, egress);
    const open = () => ({ ...rules, sink: openBroker(kind, options) });
    return { endpoint, fingerprint: fingerprint(options), open, report };
  }
  const options = preheatOptions(endpoint, version, egress);
  const open = () => ({ ...rules, sink: openSink('preheat', { ...options, memory: memory() }) });
  return { endpoint, fingerprint: fingerprint(options), open, report };
}

/** Of a stored delivery the whole event is read only where a rule looks at it. */
function rulesOf(endpoint: Endpoint | ArchiveEndpoint, observer: Observer): LiveEndpoint['ignores'] {
  const ignores = compileRules(endpoint, filterFault(observer));
  return (delivery) =>
    isTest(delivery) ? undefined : ignores({ ...delivery, facts: (host) => factsOf(delivery, host) });
}

function prepareAlert(
  endpoint: AlertEndpoint,
  egress: Egress,
  fingerprint: (options: object) => string,
  { report, observer, alerts, version, tokens, alertRetry = endpoint }: PrepareParts,
): Prepared {
  const { name, format } = endpoint.receiver;
  const options = httpOptions({ ...endpoint, format }, version, egress);
  const open = () => ({
    settings: alertRetry,
    ordered: false,
    ignores: outOfDate(name, alerts),
    sink: openHttp(options, tokens),
  });
  const own = alertReport(name, report, observer);
  return { endpoint, fingerprint: fingerprint(options), open, report: own };
}

/** What is looked up for each use counts by its value, too: a sink that has the old lookup would never use the new one. */
function fingerprintOf(parts: unknown): string {
  return JSON.stringify(parts, (key, part: unknown) => {
    // The list of trusted authorities is the same for all, and long; a template has a fingerprint of its own
    if (key === 'trust' || key === 'render') return undefined;
    return typeof part === 'function' ? current(part) : part;
  });
}

function current(lookup: unknown): unknown {
  try {
    return typeof lookup === 'function' ? lookup() : undefined;
  } catch (error) {
    return String(error);
  }
}
