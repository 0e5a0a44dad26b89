/** In the place of kraken-proxy: what registries and Harbor send there today, each answered with 2xx at once. */

import { eventually } from '@longshore/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptsOf, sharedRelay } from './control.js';
import { warmEndpoint } from './preheat.js';
import type { Relay } from './relay.js';
import { anImage, type ScriptedRegistry, scriptedRegistry } from './scripted-registry.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const image = anImage(['a']);
let relay: Relay;
let end: () => Promise<void>;
let origin: ScriptedRegistry;
let mirror: ScriptedRegistry;

beforeAll(async () => {
  [origin, mirror] = [await scriptedRegistry(), await scriptedRegistry()];
  for (const registry of [origin, mirror]) registry.has(image, '1.0');
  const targets = [{ name: 'mirror', kind: 'pull-through', url: mirror.url }];
  const endpoints = [warmEndpoint({ registry: { url: origin.url }, targets })];
  ({ relay, end } = await sharedRelay({ notifications: { endpoints } }));
});
afterAll(async () => {
  await end();
  await Promise.all([origin.close(), mirror.close()]);
});

const event = (more: object) => ({ id: crypto.randomUUID(), timestamp: '2026-11-21T00:00:00Z', ...more });
const target = (more: object = {}) => ({
  mediaType: DOCKER,
  digest: DIGEST,
  repository: 'team/api',
  ...more,
});

test('GET /health is 200', async () => {
  expect((await fetch(`${relay.ingest}/health`)).status).toBe(200);
});

describe('nothing to warm: 2xx, and no delivery', () => {
  test.each<[string, unknown]>([
    ['an empty body', ''],
    ['not JSON', 'hello'],
    ['a JSON array', []],
    ['{}', {}],
    ['null', null],
    ['no events', { events: [] }],
    ['a pull', { events: [event({ action: 'pull', target: target() })] }],
    [
      'the push of a blob',
      { events: [event({ action: 'push', target: target({ mediaType: 'application/octet-stream' }) })] },
    ],
    [
      'a delete',
      { events: [event({ action: 'delete', target: { digest: DIGEST, repository: 'team/api' } })] },
    ],
    ['a mount', { events: [event({ action: 'mount', target: target({ fromRepository: 'a/b' }) })] }],
    ['an event without a target', { events: [event({ action: 'push' })] }],
    [
      'Nexus: a blob',
      {
        action: 'CREATED',
        repositoryName: 'docker',
        asset: { format: 'docker', name: `v2/-/blobs/${DIGEST}` },
      },
    ],
    [
      'Nexus: a blob path without manifests',
      {
        action: 'CREATED',
        repositoryName: 'docker',
        asset: { format: 'docker', name: 'v2/foo/blobs/sha256:abc' },
      },
    ],
  ])('%s', async (_, body) => {
    const answer = await relay.post(typeof body === 'string' ? body : JSON.stringify(body));
    expect(answer.status, await answer.clone().text()).toBeGreaterThanOrEqual(200);
    expect(answer.status).toBeLessThan(300);
    expect((await answer.json()) as object).toMatchObject({ enqueued: 0 });
  });
});

describe('a push: 202 at once, and the image is warmed', () => {
  test.each<[string, (digest: string) => object]>([
    [
      'as Distribution sends it, with a pull beside it',
      (digest) => ({
        events: [
          event({ action: 'push', target: target({ digest }) }),
          event({ action: 'pull', target: target({ digest }) }),
        ],
      }),
    ],
    [
      'as Harbor’s kraken driver sends it: capital keys, a media type that is always the same',
      (digest) => ({
        Events: [
          {
            Id: crypto.randomUUID(),
            TimeStamp: '2026-01-01T00:00:00Z',
            Action: 'push',
            Target: {
              MediaType: DOCKER,
              Digest: digest,
              Repository: 'team/api',
              Url: 'https://harbor/v2/team/api/manifests/1.0',
              Tag: '1.0',
            },
            Request: null,
            Actor: null,
          },
        ],
      }),
    ],
    [
      'as Nexus sends it',
      (digest) => ({
        timestamp: '2026-01-01T00:00:00Z',
        nodeId: 'n',
        initiator: 'admin/127.0.0.1',
        repositoryName: 'docker',
        action: 'CREATED',
        asset: {
          id: crypto.randomUUID(),
          assetId: crypto.randomUUID(),
          format: 'docker',
          name: `v2/team/api/manifests/${digest}`,
        },
      }),
    ],
  ])('%s', async (_, body) => {
    const before = attemptsOf(relay, 'warm').length;
    const answer = await relay.post(body(image.root.digest));
    expect([answer.status, await answer.json()]).toEqual([202, expect.objectContaining({ enqueued: 1 })]);
    const attempts = await eventually(
      () => attemptsOf(relay, 'warm').slice(before),
      (found) => found.length > 0,
    );
    expect(attempts).toMatchObject([{ outcome: 'delivered', reason: 'warm', repository: 'team/api' }]);
  });
});
