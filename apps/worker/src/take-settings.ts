/** An endpoint's settings as the queue's take loop is given them. */
import { createHash } from 'node:crypto';
import type { AlertEndpoint, ArchiveEndpoint, Endpoint, HttpEndpoint } from '@longshore/config';
import { formatNamed } from '@longshore/formats';
import type { TakeSettings } from '@longshore/queue/consumer';

/** What decides when a delivery of the endpoint may be taken. */
export function takeSettings(endpoint: Endpoint | AlertEndpoint | ArchiveEndpoint): TakeSettings {
  const { concurrency, maxbackoff: maxBackoffMs } = endpoint;
  // An alert is out of date before an outage is over: it is not held.
  if (endpoint.kind === 'alert') return { concurrency, order: 'none', maxBackoffMs };
  const { rate, order } = endpoint;
  return { concurrency, rate, order, maxBackoffMs, ...holdOf(endpoint), ...batchOf(endpoint) };
}

/** A body of a format that holds one event is a request of its own. */
function batchOf(endpoint: Endpoint | ArchiveEndpoint): Pick<TakeSettings, 'batch'> {
  if (!endpoint.batch) return {};
  if (endpoint.kind === 'http' && !canBatch(endpoint)) return {};
  const { events, wait: waitMs, bytes } = endpoint.batch;
  return { batch: { events, waitMs, bytes } };
}

const canBatch = ({ format, annotate, options: settings }: HttpEndpoint): boolean =>
  formatNamed(format)?.batches?.({ annotate, settings }) ?? false;

function holdOf(endpoint: Endpoint | ArchiveEndpoint): Pick<TakeSettings, 'hold'> {
  if (!endpoint.hold) return {};
  const { after, probe, maxprobe, for: longest, revive } = endpoint.hold;
  const isSent = endpoint.kind !== 'archive' && 'url' in endpoint;
  const url = isSent ? digest(endpoint.name, endpoint.url.reveal()) : undefined;
  return { hold: { after, probeMs: probe, maxProbeMs: maxprobe, forMs: longest, revive, url } };
}

/** Says whether a url has changed, and nothing about it. */
const digest = (name: string, url: string): string =>
  createHash('sha256').update(`${name}\0${url}`).digest('base64url').slice(0, 8);
