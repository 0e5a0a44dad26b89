/** An observer whose lines and numbers can be looked at. For this package's tests. */
import { type PreheatRun, tallyOf } from '@longshore/event';
import { createObserver, type ObserverOptions } from '../observer.js';

/** An observer that writes into memory. */
export function observed(some: Partial<ObserverOptions> = {}) {
  const raw: string[] = [];
  const observer = createObserver({
    level: 'debug',
    pretty: false,
    version: '1.2.3',
    destination: { write: (line) => void raw.push(line) },
    ...some,
  });
  return {
    observer,
    raw,
    /** The lines so far, as objects. */
    lines: (): Record<string, unknown>[] => raw.map((line) => JSON.parse(line)),
    /** Samples by name and labels, as Prometheus has them: `name{a="b"}` → value. */
    samples: async (): Promise<Map<string, number>> => {
      const { body } = await observer.metrics();
      const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(
        lines.map((line) => {
          const space = line.lastIndexOf(' ');
          return [line.slice(0, space), Number(line.slice(space + 1))];
        }),
      );
    },
  };
}

/** An attempt that was delivered. */
export const attempted = {
  endpoint: 'alistener',
  deliveryId: '0123456789abcdef0123456789abcdef',
  eventId: '7d3f9c50-1111-4222-8333-444455556666',
  action: 'push',
  repository: 'acme/app',
  tag: '1.0',
  attempt: 1,
  outcome: 'delivered',
  status: 200,
  reason: 'http_200',
  ms: 3,
} as const;

/** A request with one event, for two endpoints. */
export const received = {
  source: 'default',
  kind: 'distribution',
  events: [{ id: 'e1', action: 'push', repository: 'acme/app', tag: '1.0', digest: 'sha256:00' }],
  accepted: 1,
  enqueued: 2,
  duplicates: 0,
  ignored: 0,
  ms: 1.5,
};

const layer = { target: 'mirror', role: 'layer', digest: 'sha256:00' } as const;

/** An image that was warmed: two parts fetched, one warm before, one left out. */
export const aRun: PreheatRun = {
  id: 'r1',
  endpoint: 'warm',
  deliveryId: attempted.deliveryId,
  repository: 'acme/app',
  tag: '1.0',
  digest: 'sha256:00',
  result: 'succeeded',
  receivedAt: 1_000,
  startedAt: 2_000,
  finishedAt: 3_000,
  rateLimit: { limit: 100, remaining: 76 },
  ...partsOfRun(),
};

function partsOfRun(): Pick<PreheatRun, 'parts' | 'tally'> {
  const parts: PreheatRun['parts'] = [
    { ...layer, result: 'warmed', bytes: 10 },
    { ...layer, result: 'warmed', bytes: 20 },
    { ...layer, result: 'already' },
    { ...layer, target: '', result: 'skipped', reason: 'size' },
  ];
  return { parts, tally: tallyOf(parts) };
}
