/** Events that a person sends to try something: what they look like, and how a delivery of one is known. */
import { randomUUID } from 'node:crypto';
import type { Delivery, TakenEvent } from './delivery.js';
import { EVENTS_V2 } from './event.js';
import { eventOf } from './event-of.js';

/** What a sample event is about. */
export interface SampleImage {
  action: string;
  repository: string;
  tag?: string | undefined;
  /** Default: a random one. */
  digest?: string | undefined;
}

/** An event as registry 3 sends it for a manifest, with an id of its own. */
export function sampleEvent({ action, repository, tag, digest }: SampleImage): Record<string, unknown> {
  const id = randomUUID();
  const known = digest ?? `sha256:${randomUUID().replaceAll('-', '').padEnd(64, '0')}`;
  const target = {
    mediaType: action === 'delete' ? '' : 'application/vnd.oci.image.manifest.v1+json',
    digest: known,
    size: action === 'delete' ? 0 : 424,
    ...(action !== 'delete' && { length: 424 }),
    repository,
    ...(action !== 'delete' && { url: `http://registry.example.com/v2/${repository}/manifests/${known}` }),
    ...((tag ?? (digest ? undefined : 'latest')) && { tag: tag ?? 'latest' }),
  };
  const methods: Record<string, string> = { pull: 'GET', delete: 'DELETE', mount: 'POST' };
  const request = {
    id: randomUUID(),
    addr: '127.0.0.1:40000',
    host: 'registry.example.com',
    method: methods[action] ?? 'PUT',
    useragent: 'longshore-send',
  };
  const source = { addr: 'longshore-send', instanceID: randomUUID() };
  return { id, timestamp: new Date().toISOString(), action, target, request, actor: {}, source };
}

/** Name of the source of a test. */
const TEST_SOURCE = 'longshore';
/** Its kind, which no configured source has. */
const TEST_KIND = 'test';

/** A sample event for one endpoint. @param now epoch milliseconds */
export function testEvent(image: SampleImage, now: number): TakenEvent {
  const sent = sampleEvent(image);
  const { action, repository, tag } = image;
  const origin = { source: TEST_SOURCE, kind: TEST_KIND, receivedAt: now, contentType: EVENTS_V2 };
  const payload = { event: sent };
  const { mediaType, digest, ...target } = sent.target as Record<string, string>;
  const view = { action, repository, tag: target.tag ?? tag, digest, mediaType };
  const stored = {
    id: '',
    endpoint: '',
    eventId: String(sent.id),
    class: 'event',
    nativeType: action,
  } as const;
  return { event: eventOf({ ...stored, ...origin, view, payload }), payload, ...origin };
}

/** Whether a delivery is such a test: it is past the endpoint's rules, and has one attempt. */
export const isTest = ({ kind }: Pick<Delivery, 'kind'>): boolean => kind === TEST_KIND;
