/** One event as a flat object, the same in every format, template and filter. */
import type { Delivery } from './delivery.js';
import { type Details, detailsOf } from './details.js';
import type { Payload, RegistryEvent } from './event.js';
import { eventOf, payloadValue } from './event-of.js';

/** See the header. What is not known is absent. */
export interface Facts {
  id: string;
  action: string;
  /** `HOST/REPOSITORY`; the repository alone where the host is not known. */
  image?: string;
  /** `HOST/REPOSITORY:TAG`, or `…@DIGEST` without a tag. */
  ref?: string;
  /** The registry's host, with its port. */
  registry?: string;
  repository?: string;
  /** Last part of the repository. */
  name?: string;
  /** What is in front of the last part. */
  namespace?: string;
  tag?: string;
  digest?: string;
  mediatype?: string;
  /** Bytes of the manifest or blob. */
  size?: number;
  actor?: string;
  /** ISO 8601 in UTC; of the event, else when it was received. */
  time: string;
  source: string;
  kind: string;
  /** Of events of class `image` and `pull`. */
  details?: Details;
}

/** An event and where it came from. */
export interface Origin {
  event: RegistryEvent;
  source: string;
  kind: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** Absent: the facts have no details. */
  payload?: Payload;
}

/** Of a stored delivery. @param host in the place of the event's */
export const factsOf = (delivery: Delivery, host?: string): Facts =>
  factsIn({ ...delivery, event: eventOf(delivery) }, host);

/** Of an event. @param host in the place of the event's */
export function factsIn({ event, source, kind, receivedAt, payload }: Origin, host?: string): Facts {
  const { id, action, target, request, actor, time } = event;
  const { repository, tag, digest, mediaType: mediatype, size } = target;
  const registry = host ?? request?.host;
  const facts: Facts = {
    id,
    action,
    time: time ?? new Date(receivedAt).toISOString(),
    source,
    kind,
  };
  const image = repository && registry ? `${registry}/${repository}` : repository;
  const slash = repository?.lastIndexOf('/') ?? -1;
  const known = {
    image,
    ref: image && refOf(image, tag, digest),
    registry,
    repository,
    name: repository?.slice(slash + 1),
    namespace: slash > 0 ? repository?.slice(0, slash) : undefined,
    ...{ tag, digest, mediatype, size },
    actor: actor?.name,
    details: payload && detailsOf(event.class, () => payloadValue(payload)),
  };
  return Object.assign(facts, defined(known));
}

function refOf(image: string, tag: string | undefined, digest: string | undefined): string {
  if (tag) return `${image}:${tag}`;
  return digest ? `${image}@${digest}` : image;
}

/** Without members that are undefined or empty. */
function defined<T extends object>(some: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(some).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
