/**
 * Takes deliveries of all endpoints of a process: one loop, one subscription, one question a second. Which endpoints
 * have something due is in the agenda; an endpoint without backlog costs no connection, no timer and no command.
 *
 * What Redis refuses is asked again at a pace that slows down. A connection that is open and gives no answer for 15 s
 * is opened again.
 */
import { randomUUID } from 'node:crypto';
import { coalesce, type RedisClient } from '../connection.js';
import type { Consumer, ConsumerOptions } from '../consumer.js';
import { dueEndpoints } from './agenda.js';
import { asError } from './attempt.js';
import { Lane, type LaneParts } from './lane.js';
import { RENEW_MS, renewLocks } from './locks.js';
import { createPace } from './pace.js';
import { listenForWakes } from './wake.js';
import { createWatchdog } from './watchdog.js';

/** The loop of a process. */
export interface TakeLoop {
  /** Begins to take deliveries of an endpoint; never rejects. It is closed by the caller. */
  serve(options: ConsumerOptions): Consumer;
  /** Seconds since Redis last said which endpoints are due; under 2 unless it is unavailable. */
  lastFetchSeconds(): number;
  /** To be called when all consumers are closed. */
  close(): void;
}

/** What it works with. */
export interface TakeLoopOptions {
  /** Of the consumer profile: waits for Redis. It is the caller's to close. */
  client: RedisClient;
  prefix: string;
  /** Errors of Redis that are of no endpoint. */
  onError(error: Error): void;
  /** Connections that gave no answer are opened again. @param seconds without an answer */
  onStuck(seconds: number): void;
  /** Milliseconds without an answer until then; for tests. */
  stuckAfterMs?: number;
}

const ASK_INTERVAL_MS = 1_000;
/** Between two questions, however much is due. */
const SOONEST_MS = 5;

/** Begins at once; never rejects. */
export function createTakeLoop(options: TakeLoopOptions): TakeLoop {
  const { client, prefix } = options;
  const token = randomUUID();
  const lanes = new Map<string, Lane>();
  const holding = new Set<Lane>();
  const flush = createFlush(client);
  const postponed = new Set<Lane>();
  const lookAtPostponed = (): void => {
    for (const lane of postponed) flush.look(lane);
    postponed.clear();
  };
  const lookAtDue = (endpoint: string): void => {
    const lane = lanes.get(endpoint);
    if (lane) flush.look(lane);
  };
  const agenda = watchAgenda(options, lookAtDue, lookAtPostponed);
  const parts: LaneParts = {
    ...{ client, prefix, token, settle: flush.settle, look: flush.look, expect: agenda.expect },
    postpone: (lane) => void postponed.add(lane),
  };
  const renewal = setInterval(() => {
    for (const lane of holding) {
      const { endpoint, locked: ids, requests } = lane;
      renewLocks(client, prefix, { endpoint, token, ids, requests }).catch(options.onError);
    }
  }, RENEW_MS);

  return {
    serve(ofEndpoint) {
      const lane = new Lane(parts, ofEndpoint, () => {
        if (lanes.get(ofEndpoint.endpoint) === lane) lanes.delete(ofEndpoint.endpoint);
        return () => void holding.delete(lane);
      });
      lanes.set(ofEndpoint.endpoint, lane);
      holding.add(lane);
      flush.look(lane);
      return lane;
    },
    lastFetchSeconds: agenda.lastFetchSeconds,
    close() {
      clearInterval(renewal);
      agenda.close();
    },
  };
}

/** Verdicts of one turn of the event loop travel together, in front of the looks that use the slots they free. */
function createFlush(client: RedisClient) {
  let settling = new Set<Lane>();
  let looking = new Set<Lane>();
  let due = false;
  const soon = (): void => {
    if (due) return;
    due = true;
    setImmediate(flush);
  };
  const flush = (): void => {
    coalesce(client);
    const ended = settling;
    settling = new Set();
    for (const lane of ended) lane.settleFinished();
    const lanes = looking;
    looking = new Set();
    for (const lane of lanes) lane.look();
    due = false;
    if (settling.size + looking.size > 0) soon();
  };
  return {
    settle(lane: Lane): void {
      settling.add(lane);
      soon();
    },
    look(lane: Lane): void {
      looking.add(lane);
      soon();
    },
  };
}

/** Asks which endpoints are due: once a second, when the next entry is, and hears of new ones. */
function watchAgenda(
  { client, prefix, onError, onStuck, stuckAfterMs }: TakeLoopOptions,
  onDue: (endpoint: string) => void,
  onTick: () => void,
) {
  const pace = createPace();
  let asking = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  // What is later is in the answer to one of the next questions.
  const expect = (ms: number): void => {
    if (ms >= ASK_INTERVAL_MS) return;
    const at = performance.now() + Math.max(ms, SOONEST_MS);
    if (closed || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => void ask(), at - performance.now());
  };
  const ask = async (): Promise<void> => {
    timerAt = Number.POSITIVE_INFINITY;
    if (asking || closed || pace.waitMs() > 0) return;
    asking = true;
    watchdog.asked();
    try {
      const { endpoints, nextMs } = await dueEndpoints(client, prefix);
      watchdog.answered();
      pace.answered();
      if (closed) return;
      for (const endpoint of endpoints) onDue(endpoint);
      if (nextMs !== undefined) expect(nextMs);
    } catch (error) {
      pace.refused();
      if (!closed) onError(asError(error));
    } finally {
      asking = false;
    }
  };
  const wakes = listenForWakes(client, prefix, onDue, () => void ask(), onError);
  const watchdog = createWatchdog(client, wakes, onStuck, stuckAfterMs);
  const ticks = setInterval(() => {
    watchdog.look();
    onTick();
    void ask();
  }, ASK_INTERVAL_MS);
  void ask();

  return {
    expect,
    lastFetchSeconds: watchdog.sinceAnswerSeconds,
    close(): void {
      closed = true;
      clearInterval(ticks);
      clearTimeout(timer);
      wakes.close();
    },
  };
}
