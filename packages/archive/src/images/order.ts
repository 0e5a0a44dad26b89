/** The order of events, by the registry's clock and never by arrival, and who made them. */
import type { RawEvent } from './types.js';

/** By time, then id; each once. */
export function inOrder(events: readonly RawEvent[]): RawEvent[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => compare(a.at, b.at) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Milliseconds from one moment to a later one. */
export const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** Who did it, as far as a registry says: one client has many connections, so the port is no part of it. */
export const pusherOf = ({ source, actor, userAgent, addr }: RawEvent): string =>
  JSON.stringify([source, actor, userAgent, addr]);

/** A push of a manifest or index; where a sender names no type, of whatever it calls a push. */
export const isManifestPush = ({ action, target }: RawEvent): boolean =>
  action === 'push' && target !== 'blob';
