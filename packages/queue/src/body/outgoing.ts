/**
 * The bodies of one enqueue. Each is made once, however many endpoints its event has. A small one travels with each
 * job, and Redis takes the first; a large one travels once, before its jobs, and expires if none of them follows.
 */
import { type Delivery, ignore } from '@longshore/event';
import { isCluster, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { type Body, encodeBody } from './body.js';

/** A body as an option of a job: with empty data it is in Redis already. */
export interface OutgoingBody {
  ref: string;
  data: Buffer | '';
}

/** What is smaller costs less with each job than as a command of its own. */
const INLINE_BYTES = 1_024;
/** A crash before the first job that holds it leaves it there for so long. */
const UNHELD_MS = 60_000;
const NO_HOLDERS = Buffer.alloc(4);

/** See the header. */
export class OutgoingBodies {
  /** By what one event has: its payload, or its references, which not every delivery of it has. */
  readonly #made = new Map<object, Body | Promise<Body>>();
  readonly #sent = new Set<string>();

  constructor(
    private readonly client: RedisClient,
    private readonly prefix: string,
  ) {}

  /** @param whole with its data in any case */
  async of(delivery: Delivery, whole = false): Promise<OutgoingBody> {
    const key = delivery.references ?? delivery.payload;
    const made = this.#made.get(key) ?? encodeBody(delivery);
    this.#made.set(key, made);
    const { ref, data } = await made;
    if (isCluster(this.client)) return { ref: `~${ref}`, data };
    if (whole || data.length <= INLINE_BYTES) return { ref, data };
    if (!this.#sent.has(ref)) this.#send(ref, data);
    return { ref, data: '' };
  }

  /** Not awaited: a job whose body is not there says so. */
  #send(ref: string, data: Buffer): void {
    this.#sent.add(ref);
    const key = storeKey(this.prefix, 'bodies', ref);
    const stored = Buffer.concat([NO_HOLDERS, data]);
    this.client.set(key, stored, 'PX', UNHELD_MS, 'NX').catch(ignore('queue.body'));
  }
}
