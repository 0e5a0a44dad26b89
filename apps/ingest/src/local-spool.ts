/**
 * Between a verified request and Redis: what Redis cannot take now and its sender would not send again goes to the
 * spool on this machine's disk, and from there the same way as a request that comes in.
 *
 * All three reasons for which ingest refuses count (unavailable, full, set up unsafely): for a sender that does not
 * repeat, each of them loses the event. A fault of Longshore's own does not: the same request would fail again.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type Config, isSpooled } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { SourceTally } from '@longshore/queue/activity';
import type { OpenedRequest } from '@longshore/sources';
import { type Claim, createSpool, type SpooledRequest, type SpoolState } from '@longshore/spool';
import type { OpenRequest, Take } from './pipeline.js';
import type { Receipt } from './receipt.js';
import { spoolLog } from './spool-log.js';
import { withoutCredentials } from './without-credentials.js';

/** What the spool of this process is given. */
export interface LocalSpoolParts {
  /** The present configuration. */
  config(): Config;
  claim: Claim;
  /** Whether Redis accepts writes at present. */
  isReady(): boolean;
  /** Takes a request into Redis, as it would have been taken when it came. */
  drain(request: SpooledRequest): Promise<unknown>;
  observer: Observer;
  tally: Pick<SourceTally, 'note'>;
}

/** The spool as ingest uses it. */
export interface LocalSpool {
  /** Takes requests by `take`, or spools them. Rejects as `take` does when neither is possible. */
  insteadOf(take: Take): Take;
  /** Opens it if anything could be spooled, or is there already. Call it again when the configuration changes. */
  open(): Promise<void>;
  /** What an operator should know, one line each. */
  notes(): string[];
  /** Where it is: `HOST:/path`. */
  readonly place: string;
  /** How many it holds. */
  requests(): number;
  close(): Promise<void>;
}

/** Error codes of a temporary failure: the same request is accepted once Redis is available. */
const NOT_NOW = ['QUEUE_UNAVAILABLE', 'QUEUE_FULL', 'QUEUE_UNSAFE'];

/** The spool with its folder, its log, and what drains it. */
export function createLocalSpool(parts: LocalSpoolParts): LocalSpool {
  const { config, claim, isReady, drain, observer, tally } = parts;
  const dir = resolve(config().ingest.spool.dir ?? `${config().datadir}/spool`);
  let isOpen = false;
  const spool = createSpool({
    dir,
    claim,
    isReady,
    isOrdered: () => isOrdered(config()),
    limits: () => ({ ...config().ingest.spool, sources: spooledSources(config()) }),
    log: spoolLog(observer, dir),
    async drain(request) {
      try {
        await drain(request);
        return 'taken';
      } catch (error) {
        return isNotNow(error) ? 'later' : { failed: error };
      }
    },
  });
  const put = async ({ opened, raw }: OpenRequest, reason: string): Promise<Receipt> => {
    const { source, kind } = opened;
    await spool.put(withoutCredentials(opened, raw));
    tally.note(source, { spooled: 1 });
    observer.eventSpooled({ source, kind, reason, bytes: raw.body.length });
    return { source, status: 202, body: { spooled: true } };
  };
  const isCovered = (opened: OpenedRequest): boolean =>
    holdsEvents(opened) && isSpooled(config(), opened.source, opened.kind);
  return {
    insteadOf(take) {
      const takeOrPut = withFallback(take, put, isReady);
      return (request) => {
        if (!isCovered(request.opened)) return take(request);
        const isBehind = spool.state.requests > 0 && isOrdered(config());
        // Not in front of what came before it. Where the spool refuses it, a lost order is better than a lost event.
        return isBehind ? put(request, 'ORDER').catch(() => takeOrPut(request)) : takeOrPut(request);
      };
    },
    async open() {
      if (isOpen || !(anySpooled(config()) || existsSync(dir))) return;
      isOpen = true;
      await spool.open();
    },
    place: `${hostname()}:${dir}`,
    requests: () => spool.state.requests,
    notes: () => (isOpen ? notesOf(spool.state, config()) : []),
    close: () => spool.close(),
  };
}

function withFallback(
  take: Take,
  put: (request: OpenRequest, reason: string) => Promise<Receipt>,
  isReady: () => boolean,
): Take {
  /** Whether Redis refused the last request: a monitor that finds it unavailable may only be on a busy machine. */
  let hasFailed = false;
  return async (request) => {
    let refused: unknown;
    if (hasFailed && !isReady()) {
      // Without asking Redis once more, which takes seconds while it does not answer.
      try {
        return await put(request, 'QUEUE_UNAVAILABLE');
      } catch (fault) {
        refused = fault;
      }
    }
    try {
      const receipt = await take(request);
      hasFailed = false;
      return receipt;
    } catch (error) {
      if (!(isNotNow(error) || isTooLarge(error))) throw error;
      hasFailed = true;
      if (refused !== undefined) throw both(error, refused);
      return await put(request, error.code).catch((fault: unknown) => {
        throw both(error, fault);
      });
    }
  };
}

/** Whether Redis cannot store the request at present, and the request itself is not the reason. */
function isNotNow(error: unknown): error is LongshoreError {
  return error instanceof LongshoreError && NOT_NOW.includes(error.code);
}

/** It will not fit later either, so it is set aside when it is drained: kept, and reported. */
const isTooLarge = (error: unknown): error is LongshoreError =>
  error instanceof LongshoreError && error.code === 'QUEUE_TOO_SMALL';

/** Handshakes, pings and empty bodies contain nothing to store; the format defines their answer. */
function holdsEvents({ taken, quarantined, respond }: OpenedRequest): boolean {
  return respond === undefined && taken.length + quarantined.length > 0;
}

/** Why Redis does not have it, and why the spool does not have it. */
function both(error: LongshoreError, fault: unknown): unknown {
  if (!(fault instanceof LongshoreError)) return fault;
  const outside = `${error.outside ?? error.message}; ${fault.outside ?? fault.message}`;
  return new LongshoreError(fault.code, `${error.message}; ${fault.message}`, { cause: error, outside });
}

/** Does any endpoint have an order, which the spool has to keep? */
const isOrdered = ({ notifications: { endpoints } }: Config): boolean =>
  endpoints.some(({ disabled, order }) => !disabled && order !== 'none');

function anySpooled(config: Config): boolean {
  // Without sources, the open path takes every kind.
  return config.sources.length === 0 ? config.ingest.spool.enabled : spooledSources(config).length > 0;
}

/** Those that share the room. On the open path senders are not distinguished, so they share nothing. */
function spooledSources(config: Config): string[] {
  return config.sources.filter(({ name, kind }) => isSpooled(config, name, kind)).map(({ name }) => name);
}

function notesOf({ requests, bytes, fault }: Readonly<SpoolState>, config: Config): string[] {
  const notes: string[] = [];
  if (requests > 0) {
    notes.push(
      `the spool holds ${requests} requests (${bytes} bytes), which are drained once Redis can take them`,
    );
  }
  if (fault !== undefined && config.ingest.spool.enabled) {
    notes.push(
      `the spool ${fault}: while Redis is unavailable, events from senders that do not retry are lost`,
    );
  }
  return notes;
}
