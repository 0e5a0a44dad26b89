/** Facts that are reported twice, as registries report them, to an endpoint that collapses and one that does not. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anEvent, endpointsWith, envelope } from './testing/events.js';
import { type Answer, startIngest, type TestIngest } from './testing/ingest.js';

const TWO = endpointsWith({ once: { collapse: '1h' }, all: {} });
const json = { 'content-type': 'application/json' };
const DIGEST = `sha256:${'05b3'.repeat(16)}`;

const both = (answers: Answer[]) => answers.map(({ json: counts }) => counts);
const waiting = async ({ inspector }: TestIngest) => {
  const counts = await Promise.all(['once', 'all'].map((name) => inspector.counts(name)));
  return counts.map((each) => each.waiting);
};
const first = { accepted: 1, enqueued: 2, duplicates: 0, ignored: 0, quarantined: 0 };
const next = { ...first, enqueued: 1, collapsed: 1 };

describe('a fact that is reported twice is delivered once', () => {
  test('docker pull: a HEAD, then a GET', async () => {
    const ingest = await startIngest(TWO);
    const pull = (method: string) =>
      anEvent({ action: 'pull', request: { id: method, method }, actor: { name: 'ci' } });
    const answers = [await ingest.post(envelope(pull('HEAD'))), await ingest.post(envelope(pull('GET')))];
    expect(both(answers)).toEqual([first, next]);
    expect(await waiting(ingest)).toEqual([1, 2]);
  });

  test('GitHub: package, then registry_package', async () => {
    const ingest = await startIngest(TWO);
    const pkg = {
      name: 'api',
      namespace: 'Acme',
      package_type: 'CONTAINER',
      package_version: {
        version: DIGEST,
        package_url: 'ghcr.io/acme/api:1.4.2',
        container_metadata: { tag: { name: '1.4.2', digest: DIGEST }, manifest: { digest: DIGEST } },
      },
    };
    const post = (name: string) => {
      const headers = { ...json, 'x-github-event': name, 'x-github-delivery': name };
      return ingest.post({ action: 'published', [name]: pkg, sender: { login: 'octo' } }, { headers });
    };
    expect(both([await post('package'), await post('registry_package')])).toEqual([first, next]);
  });

  test('Nexus: several assets of one push', async () => {
    const ingest = await startIngest({
      ...TWO,
      sources: [{ name: 'nexus', kind: 'nexus', auth: { hmac: 'key' } }],
    });
    const post = (action: string, name: string) => {
      const asset = { id: name, assetId: name, format: 'docker', name };
      const timestamp = `2026-03-14T09:28:27.${count++}+00:00`;
      const body = JSON.stringify({ timestamp, nodeId: 'n', initiator: 'ci/10.0.0.1', action, asset });
      const signature = createHmac('sha1', 'key').update(body).digest('hex');
      const reported = {
        'x-nexus-webhook-id': 'rm:repository:asset',
        'x-nexus-webhook-signature': signature,
      };
      return ingest.post(body, { path: '/sources/nexus', headers: { ...json, ...reported } });
    };
    let count = 461;
    const blob = `/v2/-/blobs/${DIGEST}`;
    const answers = [
      await post('CREATED', blob),
      await post('CREATED', blob), // without a repository: never one with another
      await post('CREATED', `/v2/team/api/manifests/${DIGEST}`),
      await post('CREATED', '/v2/team/api/manifests/1.4.2'),
      await post('UPDATED', '/v2/team/api/manifests/1.4.2'),
      await post('UPDATED', `/v2/team/api/manifests/${DIGEST}`),
    ];
    expect(both(answers)).toEqual([first, first, first, first, next, next]);
    expect(await waiting(ingest)).toEqual([4, 6]);
  });

  test('geo-replicas, each with its own source, to two ingest processes', async () => {
    const sources = ['eu', 'us'].map((name) => ({ name, kind: 'acr', auth: { bearer: name } }));
    const eu = await startIngest({ ...TWO, sources });
    const us = await startIngest({ ...TWO, sources }, { prefix: eu.prefix });
    const post = (ingest: TestIngest, region: string) => {
      const { id: _id, source: _source, ...event } = anEvent({ timestamp: `2026-03-14T09:26:5${count++}Z` });
      const headers = { ...json, authorization: `Bearer ${region}` };
      return ingest.post({ ...event, id: region }, { path: `/sources/${region}`, headers });
    };
    let count = 1;
    const answers = await Promise.all([post(eu, 'eu'), post(us, 'us')]);
    expect(both(answers)).toEqual(expect.arrayContaining([first, next]));
    expect(await waiting(eu)).toEqual([1, 2]);
  });
});

test('what is collapsed is shown: in the record, by a line of its own, and in a metric', async () => {
  const ingest = await startIngest(TWO);
  const [reported, again] = [anEvent(), anEvent()];
  await ingest.post(envelope(reported, again, again, reported));
  const closing = { accepted: 4, enqueued: 3, duplicates: 3, ignored: 0, collapsed: 2 };
  const [received, collapsed] = ['event.received', 'delivery.collapsed'].map((name) =>
    ingest.records().filter(({ record }) => record === name),
  );
  expect(received).toEqual([expect.objectContaining(closing)]);
  const { id } = reported;
  const trail = { endpoint: 'once', eventId: again.id, action: 'push', repository: 'acme/app', tag: '1.0' };
  expect(collapsed).toEqual(Array(2).fill(expect.objectContaining(trail)));
  expect(collapsed?.[0]?.into).not.toBe(id);
  const { body } = await ingest.observer.metrics();
  expect(body).toContain('longshore_deliveries_collapsed_total{endpoint="once"} 2');
});

test('the same delivery again is a duplicate, and one that is collapsed is collapsed again', async () => {
  const ingest = await startIngest(TWO);
  const [reported, again] = [anEvent(), anEvent()];
  await ingest.post(envelope(reported));
  expect((await ingest.post(envelope(reported))).json).toEqual({ ...first, enqueued: 0, duplicates: 2 });
  expect((await ingest.post(envelope(again))).json).toEqual(next);
  expect((await ingest.post(envelope(again))).json).toEqual({ ...next, enqueued: 0, duplicates: 1 });
});

test('collapse is off unless set, and holds from the next request on when it is', async () => {
  const ingest = await startIngest(endpointsWith({ once: {}, all: {} }));
  await ingest.post(envelope(anEvent()));
  expect((await ingest.post(envelope(anEvent()))).json).toEqual(first);
  await ingest.apply(TWO);
  expect((await ingest.post(envelope(anEvent()))).json).toEqual(first);
  expect((await ingest.post(envelope(anEvent()))).json).toEqual(next);
});

test('other events with another message are other facts', async () => {
  const ingest = await startIngest(endpointsWith({ once: { collapse: '1h', accept: ['event', 'other'] } }));
  const scan = (found: number) => ({
    repository: 'acme/api',
    namespace: 'acme',
    name: 'api',
    docker_url: 'quay.io/acme/api',
    tags: ['1.4.2'],
    vulnerability: { id: `CVE-${found}`, priority: 'High' },
  });
  for (const [found, enqueued] of [
    [1, 1],
    [2, 1],
    [1, 0],
  ] as const) {
    expect((await ingest.post(scan(found), { headers: json })).json).toMatchObject({ accepted: 1, enqueued });
  }
});
