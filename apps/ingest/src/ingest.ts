/** The ingest role: the HTTP face over the pipeline, kept in step with the configuration. */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Config } from '@longshore/config';
import { excerpt, type HistoryWriter } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { createPublish } from '@longshore/publish';
import type { Monitor, RedisClient } from '@longshore/queue';
import { createSourceTally } from '@longshore/queue/activity';
import { createProducer, createReplication } from '@longshore/queue/producer';
import { createQuarantine, quarantineLimits } from '@longshore/queue/quarantine';
import { createReceivedTally } from '@longshore/queue/reconcile';
import { startSpoolNotes } from '@longshore/queue/spools';
import { withoutToken } from '@longshore/sources';
import type { Claim } from '@longshore/spool';
import { createApp } from './app.js';
import { createBodies } from './body/index.js';
import { createCurrent } from './current.js';
import { createLocalSpool } from './local-spool.js';
import { createAdmit, createTake, reopen } from './pipeline.js';
import { createRates } from './rates.js';
import { inDrainSpan } from './request-span.js';

/** What ingest is given by the process that it runs in. */
export interface IngestParts {
  config(): Config;
  /** Of the producer profile: fails fast. */
  client: RedisClient;
  monitor: Monitor;
  /** Locks a folder for this process alone. */
  claim: Claim;
  observer: Observer;
  /** A request holds no secret, or a wrong one. Resolves when that may be answered. */
  onUnauthorized(request: IncomingMessage): Promise<void>;
  /** Where receipts are noted, for `longshore trace`. */
  trail: HistoryWriter;
}

/** The role, without its listener. */
export interface Ingest {
  listener: RequestListener;
  /** Records a request that the listener refused before the app saw it. */
  onRefused(refusal: { status: number; code: string; message: string }, request: { url?: string }): void;
  /** Opens the spool and adopts the requests of an earlier run; call it before the first request. Never fails. */
  start(): Promise<void>;
  /** What an operator should know beside whether it is ready, one line each. */
  notes(): string[];
  /**
   * Checks whether a configuration can be put to work, without any effect yet.
   * @returns what puts it to work, from the next request on; never fails
   * @throws LongshoreError SECRET_MISSING
   */
  prepare(config: Config): () => void;
  close(): Promise<void>;
}

/** There is no spool before `start`. */
export function createIngest(parts: IngestParts): Ingest {
  const { config, client, monitor, claim, observer, onUnauthorized, trail } = parts;
  const { prefix } = config().redis;
  const producer = createProducer(client, prefix, monitor.noteError);
  const quarantine = createQuarantine(client, prefix, () => quarantineLimits(monitor.health.limit));
  let settings = config();
  const current = createCurrent(settings, observer);
  const rates = createRates(() => settings.sources);

  const publish = createPublish({ room: monitor, producer, history: trail, observer });
  const replication = createReplication(client, prefix, () => settings.redis.wait);
  const tally = createSourceTally(client, prefix);
  const received = createReceivedTally(client, prefix, (name) =>
    settings.registries.some(({ source }) => source === name),
  );
  const take = createTake({
    ...{ publish, routes: current.routes, quarantine, replication, observer, trail, tally, received },
  });
  const spool = createLocalSpool({
    config: () => settings,
    claim,
    isReady: () => monitor.health.up,
    drain: (request) =>
      inDrainSpan(request, async () => {
        const { source, ...raw } = request;
        return take(await reopen(current.sources(), source, raw));
      }),
    observer,
    tally,
  });
  const spooled = startSpoolNotes(client, prefix, spool);
  return {
    start: spool.open,
    notes: spool.notes,
    listener: createApp({
      admit: createAdmit(current.sources, rates, spool.insteadOf(take)),
      bodies: createBodies({
        maxBody: () => settings.ingest.maxbody,
        maxInFlight: () => settings.ingest.maxinflight,
      }),
      paths: () => current.sources().paths,
      observer,
      clientAddress: current.clientAddress,
      onUnauthorized,
    }),
    onRefused({ status, code, message }, { url = '' }) {
      const [path = ''] = url.split('?', 1);
      const source = withoutToken(path, current.sources().paths);
      observer.eventRefused({ source, status, reason: code, detail: excerpt(message) });
      observer.requestAnswered({ source: 'unknown', status, ms: 0 });
    },
    prepare(next) {
      const commit = current.prepare(next);
      return () => {
        commit();
        settings = next;
        void spool.open();
      };
    },
    async close() {
      await spool.close();
      spooled.close();
      await Promise.all([tally.close(), received.close()]);
      await producer.close();
    },
  };
}
