/** Events in the registry's own form, and settings of endpoints, for this app's tests. */
import { randomUUID } from 'node:crypto';

/** A manifest push, or what `members` and `target` make of it. */
export function anEvent(members: object = {}, target: object = {}): Record<string, unknown> & { id: string } {
  return {
    id: randomUUID(),
    timestamp: '2026-11-21T06:29:56.133647856Z',
    action: 'push',
    target: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: 'sha256:858a8366125ba1ee606c2d28f6b029eb431b3db12b8a79389ee03434a762913c',
      size: 445,
      repository: 'acme/app',
      tag: '1.0',
      ...target,
    },
    request: { id: randomUUID(), host: 'registry.example.com', method: 'PUT' },
    actor: {},
    source: { addr: 'registry:5000' },
    ...members,
  };
}

/** The registry's envelope. */
export const envelope = (...events: unknown[]): { events: unknown[] } => ({ events });

/** Settings with endpoints of these names; nothing listens there, ingest never asks. */
export const endpoints = (...names: string[]): object => ({
  notifications: { endpoints: names.map((name) => ({ name, url: 'http://127.0.0.1:9/' })) },
});

/** The same with more settings for each. */
export const endpointsWith = (each: Record<string, object>): object => ({
  notifications: {
    endpoints: Object.entries(each).map(([name, more]) => ({ name, url: 'http://127.0.0.1:9/', ...more })),
  },
});

/** The webhook of Nexus for a pushed manifest. */
export function aNexusPost(tag: string, delivery: string = randomUUID()) {
  const body = JSON.stringify({
    timestamp: '2026-03-14T09:28:27.461+00:00',
    nodeId: '5D9EDA16',
    initiator: 'ci-bot/10.42.7.19',
    repositoryName: 'docker-hosted',
    action: 'CREATED',
    asset: { id: delivery, assetId: delivery, format: 'docker', name: `/v2/team/api/manifests/${tag}` },
  });
  const headers = {
    'content-type': 'application/json; charset=UTF-8',
    'x-nexus-webhook-id': 'rm:repository:asset',
    'x-nexus-webhook-delivery': delivery,
  };
  return { body, headers };
}
