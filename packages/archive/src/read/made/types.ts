/** Image events and pulls as they are read. Times, digests and errors as in `../types.ts`. */
import type { IMAGE_ACTIONS, PULL_ACTIONS } from '@longshore/event';
import type { ImageEvent } from '../../images/types.js';
import type { PullEvent, PullPart, PullState } from '../../pulls/types.js';
import type { ArchivedEvent, Window } from '../types.js';

/** Which image events, or events of pulls. An event has to match every field that is given. */
export interface ImageEventFilter extends Window {
  /** Default: all of class `image`. */
  action?: (typeof IMAGE_ACTIONS)[number] | (typeof PULL_ACTIONS)[number];
  /** A part of the repository's name. */
  text?: string;
  /** A name, or a glob. */
  repository?: string;
  /** One of its tags. */
  tag?: string;
  /** The whole, or its first 8 hex digits or more. */
  digest?: string;
  actor?: string;
  source?: string;
}

/** As it is delivered. */
export type ArchivedImageEvent = ImageEvent | PullEvent;

/** One of them in full. */
export interface ImageEventDetail {
  event: ArchivedImageEvent;
  /** What it was made of, in order; without those that retention removed. */
  requests: ArchivedEvent[];
}

/** Which pulls. A pull has to match every field that is given; `since` and `until` are about its begin. */
export interface SessionFilter extends Window {
  state?: PullState;
  text?: string;
  /** A name, or a glob. */
  repository?: string;
  tag?: string;
  digest?: string;
  actor?: string;
  /** An address, or a network. */
  addr?: string;
  /** A part of the user agent. */
  client?: string;
  source?: string;
}

/** A pull. What is not known is absent. */
export interface ArchivedSession {
  /** As `session` of the event. */
  session: string;
  startedAt: string;
  /** Of its last event. */
  at: string;
  /** More of it may come: its state may change. */
  open: boolean;
  state: PullState;
  evidence: 'events' | 'events+log';
  repository: string;
  source: string;
  tag?: string;
  digest?: string;
  platform?: string;
  /** Configs and layers of what was pulled. */
  expectedBytes?: number;
  transferredBytes?: number;
  layers: number;
  /** Of them: requested in this pull, and known to be there. */
  layersPulled: number;
  layersCached: number;
  /** At least so many behind its address. */
  clients: number;
  actor?: string;
  addr?: string;
  /** The user agent. */
  client?: string;
  /** Requests that belong to it. */
  events: number;
}

/** One of them in full. */
export interface SessionDetail extends ArchivedSession {
  parts: PullPart[];
  /** What it was made of, in order; without those that retention removed. */
  requests: ArchivedEvent[];
}

/** Pulls of one day by how they ended; days without any are there with zeros. */
export interface SessionDay extends Record<PullState, number> {
  day: string;
  /** Those that are pulls: neither `checked` nor `inspected`. */
  pulls: number;
  /** Transferred. */
  bytes: number;
}

/** Whose numbers. */
export interface SessionDayFilter extends Window {
  /** A name. */
  repository?: string;
  tag?: string;
  source?: string;
}
