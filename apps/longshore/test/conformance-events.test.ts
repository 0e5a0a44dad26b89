/**
 * Twins of the registry's own tests of its events (`notifications/{bridge,event,listener}_test.go`), over requests
 * that real registries have sent, and what those tests leave out. What comes in is what a receiver gets.
 */
import { request } from 'node:http';
import { eventually, type Receiver, startReceiver } from '@longshore/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AT_LAST, metricsOf, relayTo, type Sample, sample, samplesOf, sharedRelay } from './control.js';
import { anEvent, envelope, idsOf, postTo, type Relay } from './relay.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const V1 = 'application/vnd.docker.distribution.events.v1+json';
const V2 = 'application/vnd.docker.distribution.events.v2+json';
const OCTETS = 'application/octet-stream';

let receiver: Receiver;
let relay: Relay;
let end: () => Promise<void>;

beforeAll(async () => {
  receiver = await startReceiver();
  const to = (name: string, more: object = {}) => ({
    name,
    url: `${receiver.url}/${name}`,
    timeout: '10s',
    ...more,
  });
  const endpoints = [
    to('all'),
    to('no-octets', { ignore: { mediatypes: [OCTETS] } }),
    to('no-empty', { ignoredmediatypes: [''] }),
  ];
  const notifications = { events: { includereferences: true }, endpoints };
  ({ relay, end } = await sharedRelay({ notifications }));
});
afterAll(async () => {
  await end?.();
  await receiver?.close();
});

/** What the endpoint got of the event with this id. */
async function delivered(id: string, at = 'all') {
  const find = () => receiver.requests.find(({ url, body }) => url === `/${at}` && body.includes(`"${id}"`));
  const got = await eventually(find, undefined, { what: `event ${id} at ${at}`, ...AT_LAST });
  if (!got) throw new Error('unreachable: eventually waits for it');
  return { event: got.json<{ events: [Sample['event']] }>().events[0], got };
}

const V2_8 = 'registry-2.8.3';
const V3_1 = 'registry-3.1';

describe.each([V2_8, V3_1])('%s', (version) => {
  const post = async (name: string) => {
    const sent = sample(`${version}/${name}`);
    const answer = await postTo(relay.ingest, sent.body, { 'content-type': sent.contentType });
    expect(answer.status).toBe(202);
    return sent;
  };

  /** The twin of each: the event has what the registry's bridge has put into it, all of it, in its order. */
  test.each<[string, string, { action: string; tag?: string; url?: boolean; digest?: boolean }]>([
    ['TestEventBridgeManifestPulled', 'manifest-pull-get-by-digest', { action: 'pull', url: true }],
    ['TestEventBridgeManifestPushed', 'manifest-push-by-digest', { action: 'push', url: true }],
    [
      'TestEventBridgeManifestPushedWithTag',
      'manifest-push-by-tag',
      { action: 'push', tag: '1.0', url: true },
    ],
    [
      'TestEventBridgeManifestPulledWithTag',
      'manifest-pull-get-by-tag',
      { action: 'pull', tag: '1.0', url: true },
    ],
    ['TestEventBridgeManifestDeleted', 'manifest-delete', { action: 'delete' }],
    ['TestEventBridgeTagDeleted', 'tag-delete', { action: 'delete', tag: '', digest: false }],
  ])('%s', async (_, name, { action, tag, url = false, digest = true }) => {
    const sent = await post(name);
    const { event, got } = await delivered(sent.event.id);
    expect(JSON.stringify(event)).toBe(JSON.stringify(sent.event));
    expect(got.headers['content-type']).toBe(version === V2_8 ? V1 : V2);
    expect(event).toMatchObject({ action, source: sent.event.source, request: sent.event.request });
    expect(event.target.repository).toMatch(/^acme\//);
    expect(event.target.tag).toEqual(tag === '' ? expect.any(String) : tag);
    if (digest) expect(event.target.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    if (url) expect(event.target.url).toContain(`/manifests/${event.target.digest}`);
    if (url) expect(event.target.length).toBe(event.target.size);
  });

  test('every captured request comes out as it went in, in both media types', async () => {
    for (const contentType of [V1, V2]) {
      for (const name of samplesOf(version)) {
        const { body, event } = sample(name);
        // An id of its own: the same event again is not delivered again.
        const id = `${event.id}/${contentType.slice(-7, -5)}`;
        await postTo(relay.ingest, body.replace(event.id, id), { 'content-type': contentType });
        const { event: out, got } = await delivered(id);
        expect([name, JSON.stringify(out)]).toEqual([name, JSON.stringify({ ...event, id })]);
        expect(got.headers['content-type']).toBe(contentType);
      }
    }
  });

  test('a pull by HEAD is an event like any other', async () => {
    for (const name of ['blob-pull-head', 'manifest-pull-head-by-tag']) {
      const sent = await post(name);
      const { event } = await delivered(sent.event.id);
      expect(event).toMatchObject({ action: 'pull', request: { method: 'HEAD' } });
    }
  });

  test('ignoring octet streams drops blobs but not their deletes, and ignoring "" drops all deletes', async () => {
    const deleted = [await post('blob-delete'), await post('manifest-delete'), await post('tag-delete')];
    const blobs = [await post('blob-push'), await post('blob-pull-get'), await post('blob-mount')];
    for (const { event } of deleted) await delivered(event.id, 'no-octets');
    for (const { event } of blobs) await delivered(event.id, 'no-empty');
    // What has not come by then does not come.
    for (const at of ['no-octets', 'no-empty']) await metricsOf(relay, at);
    const got = (at: string) => new Set(idsOf(receiver.requests.filter(({ url }) => url === `/${at}`)));
    for (const { event } of blobs) expect(got('no-octets')).not.toContain(event.id);
    for (const { event } of deleted) expect(got('no-empty')).not.toContain(event.id);
  });
});

test('TestEventBridgeRepoDeleted', async () => {
  const event = { ...anEvent({ action: 'delete' }), target: { repository: 'acme/app' } };
  await relay.post(envelope(event));
  const { id } = event as { id?: unknown };
  expect((await delivered(String(id))).event).toEqual(event);
});

test('TestEventEnvelopeJSONFormat: three unrelated events of one envelope, each as it was in an envelope of its own', async () => {
  const { body, contentType } = sample('registry-2.x/three-unrelated-events');
  await postTo(relay.ingest, body, { 'content-type': contentType });
  for (const sent of JSON.parse(body).events) {
    const { got } = await delivered(sent.id);
    // Differs on purpose: without the indent of three spaces, one event to each request.
    expect(got.body).toBe(JSON.stringify({ events: [sent] }));
    expect(got.headers['content-type']).toBe(V1);
  }
});

test('TestListener: a walk through a repository gives each event once', async () => {
  const walk: Record<string, number> = {};
  const events: { id: string }[] = [];
  const add = (what: string, times: number, name: string) => {
    for (let n = 0; n < times; n++)
      events.push({ ...sample(`${V3_1}/${name}`).event, id: `walk/${what}/${n}` });
    walk[what] = times;
  };
  for (const action of ['push', 'pull', 'delete']) {
    add(
      `manifest ${action}`,
      1,
      `manifest-${action}${{ push: '-by-tag', pull: '-get-by-tag' }[action] ?? ''}`,
    );
    add(`layer ${action}`, 3, `blob-${action}${action === 'pull' ? '-get' : ''}`);
  }
  add('tag delete', 1, 'tag-delete');
  for (const event of events) await relay.post(envelope(event));
  for (const { id } of events) await delivered(id);
  await metricsOf(relay, 'all');
  const got = idsOf(receiver.requests.filter(({ url }) => url === '/all')).filter((id) =>
    id.startsWith('walk/'),
  );
  const counts = Object.fromEntries(
    Object.keys(walk).map((what) => [what, got.filter((id) => id.split('/')[1] === what).length]),
  );
  expect(counts).toEqual(walk);
});

describe('not tested by the registry', () => {
  test('the empty fields of registry 3 are delivered as they are and count as absent', async () => {
    const { body, event } = sample(`${V3_1}/tag-delete`);
    const id = `${event.id}/empty`;
    await postTo(relay.ingest, body.replace(event.id, id));
    const { got } = await delivered(id);
    expect(got.body).toContain('"mediaType":"","digest":"","size":0');
    const received = await relay.waitFor(({ record, events }) => {
      return record === 'event.received' && (events as { id: string }[])[0]?.id === id;
    });
    const [{ digest }] = received.events as [{ digest?: string }];
    expect(digest).toBeUndefined();
  });

  test('pulls answered 200, 206, 304 and 416 are one event each, though they look alike', async () => {
    const { event } = sample(`${V3_1}/blob-pull-get`);
    const ids = [200, 206, 304, 416].map((status) => `${event.id}/${status}`);
    for (const id of ids) await relay.post(envelope({ ...event, id }));
    for (const id of ids) expect((await delivered(id)).event).toEqual({ ...event, id });
  });

  test('an event of seven megabytes arrives whole', async () => {
    const reference = { mediaType: OCTETS, digest: `sha256:${'0'.repeat(64)}` };
    const references = Array.from({ length: 60_000 }, (_, size) => ({ ...reference, size: size + 1 }));
    const event = anEvent({ target: { references } });
    const body = JSON.stringify(envelope(event), null, 3);
    expect(body.length).toBeGreaterThan(7_000_000);
    expect((await postTo(relay.ingest, body)).status).toBe(202);
    expect((await delivered(String(event.id))).event).toEqual(event);
  });

  test('of two Content-Type headers the first counts, and a configured one replaces ours', async () => {
    const other = await startReceiver();
    const headers = { 'content-type': ['application/json'] };
    const own = await relayTo([
      { name: 'as-sent', url: receiver.url },
      { name: 'own', url: other.url, headers },
    ]);
    const event = anEvent();
    const lines = ['Content-Type', V1, 'Content-Type', 'text/plain', 'Host', 'localhost'];
    const sending = request(`${own.ingest}/registry/notifications`, { method: 'POST', headers: lines });
    sending.end(JSON.stringify(envelope(event)));
    const got = await eventually(() =>
      receiver.requests.find(({ url, body }) => url === '/' && body.includes(String(event.id))),
    );
    expect(got?.headers['content-type']).toBe(V1);
    const [replaced] = await other.received(1, AT_LAST);
    // The registry would send both.
    const types = replaced?.rawHeaders.filter((_, at, all) => all[at - 1]?.toLowerCase() === 'content-type');
    expect(types).toEqual(['application/json']);
  });
});
