/** Events that every preset is tried with, for tests. */
import type { Delivery } from '@longshore/event';
import { aDelivery } from './samples.js';

const DIGEST = 'sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** What differs from the push of an index by alice. */
export interface Differences {
  action?: string;
  target?: object;
  host?: string | undefined;
  actor?: string | undefined;
}

/** An event in the registry's own form, as it is stored. A member of `target` that is undefined is left out. */
export function anEvent(differences: Differences = {}): Delivery {
  const { action = 'push', target: changed = {} } = differences;
  const host = 'host' in differences ? differences.host : 'registry.example.com';
  const actor = 'actor' in differences ? differences.actor : 'alice';
  const target = {
    ...{ mediaType: OCI_INDEX, digest: DIGEST, size: 525, repository: 'team/app', tag: '1.4.2' },
    ...changed,
  };
  const id = '7d3f9c50-1111-4222-8333-444455556666';
  const event = {
    ...{ id, timestamp: '2026-11-21T09:30:00.123Z', action, target },
    request: { id: 'f5f7a0b1-0000-4000-8000-000000000001', addr: '10.0.0.9:52044', host, method: 'PUT' },
    actor: { name: actor },
    source: { addr: 'registry-1:5000', instanceID: 'a53db899-3b4b-4a62-a067-8dd013beaca4' },
  };
  const { mediaType, digest, repository, tag } = target;
  const view = { action, mediaType, digest, repository, tag };
  const stored = { eventId: id, view, nativeType: action, payload: { event } };
  return aDelivery(JSON.parse(JSON.stringify(stored)));
}

/** The inputs by name. */
export const INPUTS: ReadonlyMap<string, Delivery> = new Map([
  ['index-push', anEvent()],
  ['docker-push', anEvent({ target: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' } })],
  [
    'chart-push',
    anEvent({
      target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', repository: 'charts/web' },
    }),
  ],
  ['push-by-digest', anEvent({ target: { tag: undefined } })],
  ['pull', anEvent({ action: 'pull' })],
  [
    'delete-of-tag',
    anEvent({ action: 'delete', target: { digest: undefined, mediaType: undefined, size: undefined } }),
  ],
  [
    'delete-of-digest',
    anEvent({ action: 'delete', target: { tag: undefined, mediaType: undefined, size: undefined } }),
  ],
  ['mention-in-tag', anEvent({ target: { tag: '<!channel>"x @everyone' }, actor: '@here' })],
  ['tag-of-128', anEvent({ target: { tag: 'a'.repeat(128) } })],
  ['host-with-port', anEvent({ host: 'localhost:5000', target: { repository: 'app' } })],
  ['no-actor-no-digest', anEvent({ actor: undefined, target: { digest: undefined, mediaType: undefined } })],
  ['no-host', anEvent({ host: undefined })],
]);
