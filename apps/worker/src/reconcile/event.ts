/** The event that was missing, as the registry would have sent it: with its bounds instead of its time. */
import type { Finding } from '@longshore/archive/reconcile';
import { EVENTS_V1, eventIdFrom, type RegistryEvent, type TakenEvent } from '@longshore/event';

/** What it is made of. */
export interface MissingEvent {
  finding: Finding;
  /** Name and kind of the source. */
  source: string;
  kind: string;
  /** Base url of the registry. */
  url: string;
  /** ISO 8601: the tag was found so at this time. */
  until: string;
  mediaType?: string;
  /** Bytes of the manifest. */
  size?: number;
  /** Of the first comparison: what was there before the archive looked. */
  firstSeen?: boolean;
}

/** As ingest would have taken it. The same finding with the same lower bound is the same event. */
export function missingEvent(parts: MissingEvent): TakenEvent {
  const { finding, source, kind, url, until, mediaType, size, firstSeen } = parts;
  const { repository, tag, kind: what, since } = finding;
  const isDelete = what === 'deleted';
  // As Distribution deletes a tag: a digest would mean its manifest, with all of its tags.
  const digest = isDelete ? undefined : finding.digest;
  const action = isDelete ? 'delete' : 'push';
  const id = eventIdFrom(source, ['reconcile', repository, tag, finding.digest, since, action]);
  const target = {
    ...(mediaType !== undefined && { mediaType }),
    ...(digest !== undefined && { digest }),
    ...(size !== undefined && { size, length: size }),
    repository,
    ...(digest !== undefined && { url: `${url.replace(/\/$/, '')}/v2/${repository}/manifests/${digest}` }),
    tag,
  };
  const request = { host: new URL(url).host };
  const event: RegistryEvent = {
    ...{ id, class: 'event', action, nativeType: action, timestamp: until, time: until, target, request },
  };
  const longshore = {
    origin: 'reconcile',
    ...(since !== undefined && { since }),
    until,
    ...(firstSeen && { firstSeen }),
  };
  const payload = {
    event: { id, timestamp: until, action, target, request, actor: {}, source: {}, longshore },
  };
  return { event, payload, contentType: EVENTS_V1, source, kind, receivedAt: Date.parse(until) };
}
