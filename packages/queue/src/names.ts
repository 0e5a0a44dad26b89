/**
 * From an endpoint's name to its queue's name in Redis, and every other key there is.
 *
 * The queue name carries a hash tag, `{name}`, so that in a Redis Cluster all keys of one endpoint share a
 * slot while endpoints spread over the masters. Everything outside a small alphabet is encoded: BullMQ refuses
 * `:` and a brace inside the tag would end it early. It is `=20`, not `%20`: bull-board puts the name into the
 * path of its pages and decodes it twice.
 */
const SAFE = /^[A-Za-z0-9_.-]$/;

/** By endpoint: each key of each delivery has one. Names come from the configuration and from Redis, so it is bounded. */
const known = new Map<string, string>();
const MOST_KNOWN = 10_000;

/** `harbor prod` becomes `{harbor=20prod}`. Different names never share a queue. */
export function queueName(endpoint: string): string {
  const before = known.get(endpoint);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const name = encoded(endpoint);
  known.set(endpoint, name);
  return name;
}

function encoded(endpoint: string): string {
  const bytes = Array.from(Buffer.from(endpoint, 'utf8'), (byte) => {
    const char = String.fromCharCode(byte);
    return SAFE.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `{${bytes.join('')}}`;
}

/**
 * A key that belongs to no endpoint. `~` is always encoded in endpoints' names, so it can never collide
 * with one; one hash tag per store keeps a script's keys in one slot.
 */
export function storeKey(prefix: string, store: string, part: string): string {
  return `${prefix}:{~${store}}:${part}`;
}

/** A key of BullMQ's for an endpoint's queue; with an empty part, what the keys of its jobs begin with. */
export function queueKey(prefix: string, endpoint: string, part: string): string {
  return `${prefix}:${queueName(endpoint)}:${part}`;
}

/** A key of ours for an endpoint, in the slot of its queue. BullMQ's keys and job ids have no `~`. */
export function endpointKey(prefix: string, endpoint: string, part: string): string {
  return queueKey(prefix, endpoint, `~${part}`);
}

/**
 * The set of endpoints that have a queue. One that has left the configuration and has nothing left in its queue is
 * removed.
 */
export const endpointsKey = (prefix: string): string => storeKey(prefix, 'endpoints', 'names');

/** The set of endpoints whose deliveries were attempted since retention last asked. */
export const activeKey = (prefix: string): string => storeKey(prefix, 'endpoints', 'active');
