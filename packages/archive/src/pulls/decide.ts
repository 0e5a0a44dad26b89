/** What becomes of the pulls of a scene: sessions to be kept, and events to be published. */
import { eventIdFrom } from '@longshore/event';
import { interruptions, pulled } from './event.js';
import { sessionsOf } from './fold.js';
import { judge } from './judge.js';
import type { StoredScene } from './store/scene.js';
import type { StoredSession } from './store/stored.js';
import type { ImagePulled, Pull, PullEvent, PullScene } from './types.js';

/** A session as it is kept. */
export interface KeptSession {
  id: string;
  pull: Pull;
  /** As it was reported, or would have been. Absent while it is open. */
  event?: ImagePulled;
  revision: number;
  /** As it is in the archive already. */
  isKnown: boolean;
}

/** See the header. */
export interface PullDecision {
  sessions: KeptSession[];
  events: PullEvent[];
  /** When the first of the open sessions is to be looked at; absent when all are closed. */
  nextAt?: string;
  /** The begin of the first open one. */
  openFrom?: string;
  /** Events until then are to be looked at as well. */
  until?: string;
}

/**
 * A session that may have events in the rest stays open, and the next turn begins with it.
 * Throws RangeError when that turn would not get further than this one.
 * @param now ISO text of the moment at which it is decided
 */
export function decidePart({ scene, before, rest }: StoredScene, from: string, now: string): PullDecision {
  const decision = decidePulls(scene, before, now, rest?.from);
  if (!rest) return decision;
  const openFrom = earlier(decision.openFrom, rest.from);
  if (openFrom <= from)
    throw new RangeError(
      `${scene.events.length} requests or more belong to pulls of ${scene.repository} that are open at the same time, ` +
        `from ${openFrom} to ${rest.from}: these pulls are not computed. If the events have the address of a proxy, ` +
        'let it send X-Forwarded-For; keep addr in archive.sessions.key',
    );
  return { ...decision, openFrom, nextAt: rest.from, until: rest.until };
}

/** @param now ISO text of the moment at which it is decided @param end events from there on are not in the scene */
export function decidePulls(
  scene: PullScene,
  before: readonly StoredSession[],
  now: string,
  end?: string,
): PullDecision {
  const horizon = new Date(Date.parse(now) - scene.settings.grace).toISOString();
  const byMember = new Map(before.flatMap((one) => one.members.map((id) => [id, one] as const)));
  const taken = new Set<string>();
  const decision: PullDecision = { sessions: [], events: [] };
  for (const session of sessionsOf(scene)) {
    const pull = judge(session, scene);
    const old = pull.events.map(({ id }) => byMember.get(id)).find((one) => one && !taken.has(one.id));
    const id = old?.id ?? idOf(pull, scene.repository);
    taken.add(id);
    const isClosed = pull.closesAt <= horizon && (end === undefined || pull.closesAt < end);
    decision.events.push(...interruptions(pull, scene.repository, id, isClosed));
    if (!isClosed) {
      decision.sessions.push({ id, pull, revision: old?.revision ?? 0, isKnown: false });
      decision.nextAt = earlier(decision.nextAt, pull.closesAt);
      decision.openFrom = earlier(decision.openFrom, pull.startedAt);
      continue;
    }
    close(decision, pull, id, old, scene.repository);
  }
  return decision;
}

function close(
  { sessions, events }: PullDecision,
  pull: Pull,
  id: string,
  old: StoredSession | undefined,
  repository: string,
): void {
  const reported = old?.body?.event;
  const same = pulled(pull, repository, id, old?.revision ?? 0);
  if (reported && isSame(reported, same)) {
    sessions.push({ id, pull, event: reported, revision: old?.revision ?? 0, isKnown: true });
    return;
  }
  const revision = reported ? (old?.revision ?? 0) + 1 : (old?.revision ?? 0);
  const event = pulled(pull, repository, id, revision);
  sessions.push({ id, pull, event, revision, isKnown: false });
  if (!reported || old?.isRecent) events.push(event);
}

const isSame = (one: ImagePulled, other: ImagePulled): boolean => textOf(one) === textOf(other);

/** In the order of names: JSON comes back from PostgreSQL in another one. */
const textOf = (event: ImagePulled): string =>
  JSON.stringify(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1)));

const idOf = ({ events, client }: Pull, repository: string): string =>
  eventIdFrom(events[0]?.source ?? '', ['session', repository, client, events[0]?.id]);

const earlier = (one: string | undefined, other: string): string =>
  one === undefined || other < one ? other : one;
