/**
 * A real registry that notifies Longshore and, beside it, a plain receiver that answers everything with 200: what
 * that one has seen is what the registry had to say. And a walk through all that makes a registry notify.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventually,
  pushImage,
  type Receiver,
  skopeo,
  startReceiver,
  startRegistry,
  type TestRegistry,
} from '@longshore/testkit';
import { expect } from 'vitest';

export interface Notifying {
  registry: TestRegistry;
  /** Gets the registry's notifications without Longshore. */
  recorder: Receiver;
  /** Resolves when everything so far is with the recorder, and at `receiver` too: the same events, field by field. */
  expectSame(receiver: Receiver): Promise<RecordedEvent[]>;
}

export interface RecordedEvent {
  id: string;
  action: string;
  target: { repository: string; tag?: string; digest?: string; mediaType?: string };
  request: { method: string };
}

/** Starts the registry; it asks again every 200 ms while Longshore is away. */
export async function startNotifying(ingest: string): Promise<Notifying> {
  const recorder = await startReceiver();
  const settings = { timeout: '10s', threshold: 3, backoff: '200ms' };
  const endpoints = [
    { name: 'longshore', url: `${ingest}/registry/notifications`, ...settings },
    { name: 'recorder', url: recorder.url, ...settings },
  ];
  const registry = await startRegistry({ endpoints, includereferences: true });
  let walks = 0;
  return {
    registry,
    recorder,
    async expectSame(receiver) {
      // The registry keeps the order for each endpoint: after this one nothing is under way to the recorder.
      const tag = `last-${++walks}`;
      const last = await pushImage(registry.url, 'acme/last', tag);
      await eventually(() => eventsOf(recorder).some(({ target }) => target.tag === tag), undefined, {
        timeout: 90_000,
        what: `${last.digest} at the recorder`,
      });
      const said = byId(eventsOf(recorder));
      await eventually(
        () => byId(eventsOf(receiver)).size,
        (count) => count >= said.size,
        { timeout: 60_000, what: `${said.size} events by way of Longshore` },
      );
      expect(Object.fromEntries(byId(eventsOf(receiver)))).toEqual(Object.fromEntries(said));
      return eventsOf(recorder);
    },
  };
}

/** Every event that a receiver got, as often as it got it. */
export function eventsOf(receiver: Receiver): RecordedEvent[] {
  return receiver.requests.flatMap((request) => request.json<{ events: RecordedEvent[] }>().events);
}

/** By id, as text: the order of the fields is compared too. */
function byId(events: RecordedEvent[]): Map<string, string> {
  return new Map(events.map((event) => [event.id, JSON.stringify(event)]));
}

/** Everything that makes a registry notify: push, pull, HEAD, ranges, mount, and deletes of all sorts. */
export async function walk({ url, host }: TestRegistry): Promise<void> {
  const app = await pushImage(url, 'acme/app', '1.0', { layers: ['one', 'two', 'x'.repeat(5_000)] });
  await pushImage(url, 'acme/app', '1.0'); // another image takes the tag
  await pushImage(url, 'acme/docker', 'latest', { schema: 'docker' });
  const index = await pushImage(url, 'acme/multi', '2.0', { schema: 'index' });
  await pushImage(url, 'acme/untagged', undefined);

  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-skopeo-'));
  try {
    await skopeo('copy', '--all', `docker://${host}/acme/multi:2.0`, `dir:${join(folder, 'multi')}`);
    await skopeo('copy', `docker://${host}/acme/docker:latest`, `docker://${host}/acme/copy:latest`);
  } finally {
    await rm(folder, { recursive: true });
  }

  const [layer] = app.layers;
  const blob = `/v2/acme/app/blobs/${layer?.digest}`;
  const accept = { accept: index.mediaType };
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, init);
    // With a 416 the registry promises a body that it does not send.
    await response.arrayBuffer().catch(() => {});
    return response;
  };
  await get('/v2/acme/multi/manifests/2.0', { method: 'HEAD', headers: accept });
  await get(`/v2/acme/multi/manifests/${index.digest}`, { headers: accept });
  await get('/v2/acme/multi/manifests/2.0'); // without what it has in Accept
  await get(blob, { method: 'HEAD' });
  const whole = await get(blob);
  expect((await get(blob, { headers: { range: 'bytes=0-1' } })).status).toBe(206);
  expect((await get(blob, { headers: { range: 'bytes=900000-' } })).status).toBe(416);
  await get(blob, { headers: { 'if-none-match': whole.headers.get('etag') ?? '' } });

  const mount = `/v2/acme/mounted/blobs/uploads/?mount=${layer?.digest}&from=acme/app`;
  expect((await get(mount, { method: 'POST' })).status).toBe(201);
  await get(`/v2/acme/mounted/blobs/${layer?.digest}`, { method: 'DELETE' });
  await get('/v2/acme/docker/manifests/latest', { method: 'DELETE' }); // registry 3; 2.x refuses it
  await get(`/v2/acme/multi/manifests/${index.digest}`, { method: 'DELETE' }); // and of its tag
  await get(`/v2/acme/app/manifests/${app.digest}`, { method: 'DELETE' });
}
