/** What the pusher did for an image: the requests that belong to it, and how the blobs came to the registry. */
import { sideTagOf } from './artifacts.js';
import type { Content } from './content.js';
import { between, pusherOf } from './order.js';
import type { Root } from './roots.js';
import type { RawEvent } from './types.js';

/** See the header. Bytes of distinct blobs. */
export interface Effort {
  pushedBytes: number;
  mountedBytes: number;
  reusedBytes: number;
  /** In order, the root's own included. */
  members: RawEvent[];
}

/** A push that takes longer loses what came before. Milliseconds. */
const LOOK_BACK_MS = 3_600_000;

/** @param events all that is known of the repository, in order */
export function effortOf(root: Root, { digests, whole }: Content, events: readonly RawEvent[]): Effort {
  const pusher = pusherOf(root.first);
  const own = new Set(root.events.map(({ id }) => id));
  const before = events.filter((event) => pusherOf(event) === pusher && event.at <= root.first.at);
  const previous = before.findLast((event) => isTagged(event) && !own.has(event.id));
  const members = before.filter(
    (event) =>
      !own.has(event.id) &&
      isStep(event) &&
      (previous === undefined || event.at > previous.at) &&
      between(event.at, root.first.at) <= LOOK_BACK_MS &&
      (!whole || digests.has(event.digest ?? '')),
  );
  return { ...bytesOf(members), members: [...members, ...root.events] };
}

/** A step of a push; a GET is a pull, also when the pusher makes it. */
const isStep = ({ action, method }: RawEvent): boolean =>
  action === 'push' || action === 'mount' || (action === 'pull' && method === 'HEAD');

/** A side tag is a step of a copy that takes the referrers along. */
const isTagged = ({ action, tag }: RawEvent): boolean =>
  action === 'push' && tag !== undefined && !sideTagOf(tag);

const WAYS = { push: 'pushedBytes', mount: 'mountedBytes', pull: 'reusedBytes' } as const;
const WEIGHT = { pull: 0, mount: 1, push: 2, delete: 0 };

/** A blob that is looked for and then uploaded counts as uploaded. */
function bytesOf(members: readonly RawEvent[]): Omit<Effort, 'members'> {
  const ways = new Map<string, RawEvent>();
  for (const event of members) {
    const { digest, target, action } = event;
    if (target !== 'blob' || digest === undefined) continue;
    const known = ways.get(digest);
    if (!known || WEIGHT[action] > WEIGHT[known.action]) ways.set(digest, event);
  }
  const sums = { pushedBytes: 0, mountedBytes: 0, reusedBytes: 0 };
  for (const { action, size = 0 } of ways.values()) if (action !== 'delete') sums[WAYS[action]] += size;
  return sums;
}
