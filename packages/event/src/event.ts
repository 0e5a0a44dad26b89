/**
 * The event model: CNCF Distribution's own notification event, as the common view of what any
 * registry sends. Field names and meaning: `notifications/event.go` of distribution 3.1.
 *
 * This is a *view*, for routing, search and records. An event in the registry's own format is
 * delivered unchanged; only events from other kinds of registry are delivered in this form.
 * A field that the sender did not send is absent: no empty string, no zero.
 */

/** The four actions of the registry's own notifications. */
export const ACTIONS = ['push', 'pull', 'delete', 'mount'] as const;
/** One of {@link ACTIONS}. */
export type Action = (typeof ACTIONS)[number];

/**
 * Classes of events; an endpoint gets those that it accepts. `event`: one of the four actions. `other`: scan, quota,
 * rename … `image`: what happened to an image or tag, made of all the events of a push. `pull`: a pull as a whole.
 */
export const ACCEPTED_CLASSES = ['event', 'other', 'image', 'pull'] as const;
/** With `log`: a line of a registry's log, which goes to the archive alone. */
export const EVENT_CLASSES = [...ACCEPTED_CLASSES, 'log'] as const;
/** One of {@link EVENT_CLASSES}. */
export type EventClass = (typeof EVENT_CLASSES)[number];

/** The events of class `image`. */
export const IMAGE_ACTIONS = [
  'image.pushed',
  'image.deleted',
  'tag.created',
  'tag.moved',
  'tag.deleted',
  'artifact.attached',
] as const;
/** One of {@link IMAGE_ACTIONS}. */
export type ImageAction = (typeof IMAGE_ACTIONS)[number];

/** The events of class `pull`. */
export const PULL_ACTIONS = ['image.pulled', 'pull.interrupted', 'pull.failed'] as const;
/** One of {@link PULL_ACTIONS}. */
export type PullAction = (typeof PULL_ACTIONS)[number];

/** A blob or manifest that an event refers to. */
export interface Descriptor {
  mediaType?: string;
  digest?: string;
  /** Bytes. */
  size?: number;
  [extra: string]: unknown;
}

/** The object of an event, as far as its sender reports it. */
export interface Target {
  mediaType?: string;
  /** `algorithm:hex`, verbatim. Absent for tag and repository deletes. */
  digest?: string;
  /** Bytes of the manifest or blob. */
  size?: number;
  repository?: string;
  /** Source of a cross-repository mount. */
  fromRepository?: string;
  url?: string;
  tag?: string;
  references?: Descriptor[];
}

/** An event as rules, records and searches see it; what is delivered is its {@link Payload}. */
export interface RegistryEvent {
  /** The sender's own id, else a UUIDv5 over what identifies the event. Stable over re-sends. */
  id: string;
  class: EventClass;
  /** One of {@link ACTIONS} when `class` is `event`; else the sender's own name, as in `nativeType`. */
  action: string;
  /** The sender's name of the event: `push`, `SCANNING_COMPLETED`, `rm:repository:asset CREATED` … */
  nativeType: string;
  /** As sent. */
  timestamp?: string;
  /** `timestamp` in ISO 8601 UTC with milliseconds; absent when it cannot be read safely. */
  time?: string;
  target: Target;
  request?: { id?: string; addr?: string; host?: string; method?: string; useragent?: string };
  actor?: { name?: string };
  source?: { addr?: string; instanceID?: string };
}

/**
 * What is delivered. `event` is the JSON value; `text` is its JSON text and is there only when the value
 * would not survive a round trip through JavaScript (a number with more digits than a double holds).
 */
export interface Payload {
  event?: Record<string, unknown>;
  text?: string;
  /** The JSON text of `event`, where it is at hand: it is sent as it is, and parsed only when `event` is read. */
  json?: string;
}

/** The registry's media types for an envelope of events: 2.x sends v1, 3.x sends v2. */
export const EVENTS_V1 = 'application/vnd.docker.distribution.events.v1+json';
/** See {@link EVENTS_V1}. */
export const EVENTS_V2 = 'application/vnd.docker.distribution.events.v2+json';
