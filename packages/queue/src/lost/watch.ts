/**
 * Watches for a Redis that has lost data, and writes again what the relay keeps there as settings: which endpoints
 * have a queue, what their queues are set to, and which of them an operator has paused. Every process does, so that it
 * is done whichever of them lives on; to write it twice changes nothing.
 */
import { ignore } from '@longshore/event';
import type { Redis } from 'ioredis';
import { isReady, masters, type RedisClient } from '../connection.js';
import { nodeStores } from '../node-store.js';
import type { Pause, Pauses } from '../operate/pauses.js';
import { rewriteQueues } from '../queue-pool.js';
import { oldestKey } from './oldest.js';
import { type Loss, lookAtWitness, type Witness, witnessKey } from './witness.js';

/** What is watched, and who hears of it. */
export interface LossWatchParts {
  /** Of the producer profile: fails fast. */
  client: RedisClient;
  prefix: string;
  pauses: Pick<Pauses, 'all' | 'pause'>;
  /** Makes the endpoints of the configuration known again. */
  remember(): Promise<void>;
  /** A loss that no other process has reported. */
  onLoss(loss: Loss): void;
}

/** Runs until it is closed. */
export interface LossWatch {
  /** The last loss of which any process knows. */
  last(): Loss | undefined;
  /** Looks now. Never rejects. */
  check(): Promise<void>;
  close(): void;
}

const LOOK_INTERVAL_MS = 1_000;

/** See the header. */
export function watchForLoss(parts: LossWatchParts): LossWatch {
  const { client, prefix, pauses, onLoss } = parts;
  const onNode = nodeStores(client);
  /** What operators have paused: only Redis has it. */
  let kept: ReadonlyMap<string, Pause> = new Map();
  const seen = new Map<string, Witness>();
  let last: Loss | undefined;
  /** Everything that was taken before was delivered or dead. */
  let deliveredUntil: number | undefined;

  /** Settings are to be written again. */
  let isDue = false;

  const lookAt = (node: Redis): Promise<void> =>
    onNode(node, async (store) => {
      const key = witnessKey(prefix, store);
      const before = seen.get(key);
      const from = deliveredUntil ?? before?.born ?? 0;
      const { witness, losses, isLost, isFirst } = await lookAtWitness(node, key, before, from);
      seen.set(key, witness);
      if (isLost) isDue = true;
      const newest = losses.reduce<Loss | undefined>(newer, undefined);
      if (newest) last = newer(last, newest);
      if (isFirst && newest) onLoss(newest);
    });

  const look = async (): Promise<void> => {
    // Read before the witness, which says whether they are those of the data that was there.
    const [paused, oldest] = await Promise.all([pauses.all(), client.get(oldestKey(prefix))]);
    await Promise.all(masters(client).map(lookAt));
    if (isDue) {
      await rewriteSettings(parts, kept);
      isDue = false;
      return;
    }
    kept = paused;
    if (oldest !== null) deliveredUntil = Number(oldest);
  };

  let looking: Promise<void> | undefined;
  const check = (): Promise<void> => {
    if (!isReady(client)) return Promise.resolve();
    looking ??= look()
      .catch(ignore('queue.loss')) // the monitor says what is wrong with Redis, and the next look finds the loss
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const onReady = (): void => void check();
  client.on('ready', onReady);
  const timer = setInterval(check, LOOK_INTERVAL_MS);
  void check();
  return {
    last: () => last,
    check,
    close() {
      clearInterval(timer);
      client.off('ready', onReady);
    },
  };
}

const newer = (one: Loss | undefined, other: Loss): Loss => (one && one.until > other.until ? one : other);

async function rewriteSettings(
  { client, prefix, pauses, remember }: LossWatchParts,
  paused: ReadonlyMap<string, Pause>,
): Promise<void> {
  await remember();
  await rewriteQueues(client, prefix);
  for (const [endpoint, { by = 'an operator', ...pause }] of paused) {
    await pauses.pause(endpoint, { by, ...pause });
  }
}
