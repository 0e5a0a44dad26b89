/** Deliveries of a registry's events, for tests of the archive. */
import { createHash, randomUUID } from 'node:crypto';
import { type Delivery, deliveryOf, EVENTS_V2, type RegistryEvent } from '@longshore/event';

/** Media types that tests use. */
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const BLOB = 'application/octet-stream';

/** A moment of the tests, in milliseconds. */
export const NOON = Date.parse('2026-11-30T12:00:00Z');

/** `sha256:` of a word. */
export const digestOf = (word: string): string => `sha256:${createHash('sha256').update(word).digest('hex')}`;

/** What a test says of an event; the rest is as a registry sends it. */
export interface Said {
  id?: string;
  source?: string;
  action?: string;
  /** Seconds after {@link NOON}, or the text of a timestamp. */
  at?: number | string;
  receivedAt?: number;
  repository?: string;
  tag?: string;
  digest?: string;
  mediaType?: string;
  size?: number;
  references?: Record<string, unknown>[];
  method?: string;
  actor?: string;
  agent?: string;
  addr?: string;
  requestId?: string;
  extra?: Record<string, unknown>;
}

/** The delivery of an event as `docker-registry` sends it, to the endpoint `archive`. */
export function delivery(said: Said = {}): Delivery {
  const {
    id = randomUUID(),
    action = 'push',
    repository = 'acme/app',
    tag,
    digest,
    size = 1_234,
    at = 0,
  } = said;
  const timestamp = typeof at === 'string' ? at : new Date(NOON + at * 1_000).toISOString();
  const mediaType = said.mediaType ?? (action === 'delete' ? undefined : MANIFEST);
  const target = {
    ...(mediaType && { mediaType, size, length: size }),
    ...(digest && { digest }),
    repository,
    url: `https://registry.example.com/v2/${repository}/${mediaType === BLOB ? 'blobs' : 'manifests'}/${digest ?? tag}`,
    ...(tag && { tag }),
    ...(said.references && { references: said.references }),
  };
  const event = {
    ...{ id, timestamp, action, target },
    request: {
      id: said.requestId ?? randomUUID(),
      addr: said.addr ?? '10.1.2.3:40000',
      host: 'registry.example.com',
      ...(said.method !== '' && {
        method: said.method ?? { push: 'PUT', delete: 'DELETE' }[action] ?? 'GET',
      }),
      useragent: said.agent ?? 'containerd/v2.0.0',
    },
    actor: { name: said.actor ?? 'ci' },
    source: { addr: 'registry:5000', instanceID: '6e5c1f6e-2f4b-4a2e-9a43-0b6f5b3f8a11' },
    ...said.extra,
  };
  return deliveryOf(
    {
      event: registryEvent(id, action, target, timestamp),
      payload: { event },
      contentType: EVENTS_V2,
      source: said.source ?? 'distribution',
      kind: 'distribution',
      receivedAt: said.receivedAt ?? NOON + 60_000,
    },
    'archive',
  );
}

function registryEvent(
  id: string,
  action: string,
  target: RegistryEvent['target'],
  timestamp: string,
): RegistryEvent {
  return { id, class: 'event', action, nativeType: action, timestamp, target };
}

/** What the archive has to give back of a delivery. */
export function whole({ id: _id, endpoint: _endpoint, ...stored }: Delivery): object {
  return { ...stored, view: JSON.parse(JSON.stringify(stored.view)) };
}
