/**
 * The fingerprint of an event, without its sender and time: registries report one change twice (a pull is a HEAD and a
 * GET, GitHub sends two events for a push, each geo-replica sends its own), and an endpoint with `collapse` gets it
 * once. Two events with different ids may have the same fingerprint; an equal id makes a duplicate.
 *
 * In doubt two events are different: a duplicate is better than a lost event.
 */
import { hash } from 'node:crypto';
import type { TakenEvent } from './delivery.js';
import type { Payload, RegistryEvent } from './event.js';

/** Each string is a hash of 132 bits, so that memory does not depend on how long names are. */
export interface Fact {
  /** Equal for equal events: repository, action, digest, tag and actor, absent only equal to absent. */
  id: string;
  /**
   * What a change is about: one tag of a repository, or one digest without a tag. Another fact about it is a
   * change in between: pushing A, B and A again to a tag is three facts. A fact that changes nothing: its id.
   */
  subject: string;
  repository: string;
  /** A delete of a digest may remove tags that it does not name: it reverses every push before it. */
  change?: 'added' | 'removed';
}

const CHANGES: Readonly<Record<string, Fact['change']>> = {
  push: 'added',
  mount: 'added',
  delete: 'removed',
};

/** @returns undefined for an event that cannot be compared: one without repository, or without digest and tag. */
export function factOf({ event, payload }: TakenEvent): Fact | undefined {
  const { repository, tag, digest } = event.target;
  if (repository === undefined) return undefined;
  if (event.class === 'event' && tag === undefined && digest === undefined) return undefined;
  const words = [repository, event.action, digest, tag, event.actor?.name, ...more(event, payload)];
  const id = hashOf(words);
  const change = event.class === 'event' ? CHANGES[event.action] : undefined;
  return {
    id,
    subject: change ? hashOf([repository, tag ?? digest]) : id,
    repository: hashOf([repository]),
    ...(change && { change }),
  };
}

/** The fields do not describe a scan or a rename completely: its own message is part of the fingerprint. */
function more({ class: eventClass, nativeType }: RegistryEvent, { event, text }: Payload): unknown[] {
  if (eventClass === 'event') return [];
  if (event === undefined) return [nativeType, text];
  // Without its sender and time.
  const { id: _id, timestamp: _timestamp, request: _request, source: _source, ...content } = event;
  return [nativeType, content];
}

function hashOf(words: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(words.map((word) => word ?? null)), 'base64url').slice(0, 22);
}
