/** Requests without an event, and forms that two kinds share. */
import { describe, expect, test } from 'vitest';
import { cloudEventsHandshake } from './cloud-events.js';
import type { Kind } from './kind.js';
import { distribution } from './kinds/distribution/index.js';
import type { RawRequest } from './request.js';
import type { SourcesConfig } from './source.js';
import { createSources } from './sources.js';

const OPEN = '/registry/notifications';
const PUSH = '{"events":[{"id":"1","action":"push","target":{"repository":"team/api","tag":"1"}}]}';

function post(path: string, body: string, headers: RawRequest['headers'] = {}): RawRequest {
  return { method: 'POST', path, headers, body: Buffer.from(body), receivedAt: 1_773_480_414_000 };
}

function bearer(secret: string): RawRequest['headers'] {
  return { authorization: `Bearer ${secret}` };
}

describe('a handshake', () => {
  const shaker: Kind = {
    kind: 'shaker',
    read: () => ({ ignored: 'no event' }),
    sender: distribution.sender,
    recognizes: () => false,
    handshake: cloudEventsHandshake,
  };
  const shake = (path: string, query = '') => ({
    ...post(path, '', { 'webhook-request-origin': 'eventgrid.azure.net' }),
    method: 'OPTIONS',
    query: new URLSearchParams(query),
  });
  const sourceOf = async (config: SourcesConfig, raw: RawRequest) => {
    const opened = createSources(config, [distribution, shaker]).open(raw);
    return opened.then(
      ({ source, respond }) => `${source} ${respond?.headers?.['WebHook-Allowed-Origin']}`,
      ({ code }) => code,
    );
  };

  test('is answered by the kind that knows it', async () => {
    expect(await sourceOf({ sources: [] }, shake(OPEN))).toBe('shaker eventgrid.azure.net');
    const sources = [{ name: 'grid', kind: 'shaker' }];
    expect(await sourceOf({ sources }, shake('/sources/grid'))).toBe('grid eventgrid.azure.net');
  });

  test('needs the secret of the source that answers', async () => {
    const sources = [
      { name: 'grid', kind: 'shaker', sender: distribution.sender, auth: { token: ['t0ken'] } },
      { name: 'east', kind: 'distribution' },
    ];
    for (const path of [OPEN, '/sources/grid', '/sources/grid/wrong']) {
      expect(await sourceOf({ sources }, shake(path))).toBe('SOURCE_UNAUTHORIZED');
      expect(await sourceOf({ sources }, shake(path, 'token=wrong'))).toBe('SOURCE_UNAUTHORIZED');
      expect(await sourceOf({ sources }, shake(path, 'token=t0ken'))).toBe('grid eventgrid.azure.net');
    }
    expect(await sourceOf({ sources }, shake('/sources/grid/t0ken'))).toBe('grid eventgrid.azure.net');
  });

  test('that no kind of the path knows is no method', async () => {
    const sources = [{ name: 'east', kind: 'distribution' }];
    expect(await sourceOf({ sources }, shake('/sources/east'))).toBe('SOURCE_METHOD');
    expect(await sourceOf({ sources: [] }, { ...shake(OPEN), headers: {} })).toBe('SOURCE_METHOD');
    const split = { 'webhook-request-origin': 'a\r\nSet-Cookie: b' };
    expect(await sourceOf({ sources: [] }, { ...shake(OPEN), headers: split })).toBe('SOURCE_METHOD');
  });
});

describe('a form that two kinds share', () => {
  const fork: Kind = {
    kind: 'fork',
    sender: distribution.sender,
    recognizes: (raw) => (raw.headers['x-fork'] ? true : 'perhaps'),
    read: (_, { source }) => ({ ignored: `seen by ${source}` }),
  };
  const outcomeOf = async (config: SourcesConfig, headers: RawRequest['headers'] = {}) =>
    createSources(config, [fork, distribution])
      .open(post(OPEN, PUSH, headers))
      .then(
        ({ source }) => source,
        ({ code }) => code,
      );
  const both = [
    { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
    { name: 'forked', kind: 'fork', sender: distribution.sender, auth: { bearer: ['forked'] } },
  ];

  test('is the kind’s that is sure', async () => {
    expect(await outcomeOf({ sources: [] })).toBe('distribution');
    expect(await outcomeOf({ sources: [] }, { 'x-fork': '1' })).toBe('fork');
  });

  test('is the other kind’s when its secret says so', async () => {
    expect(await outcomeOf({ sources: both }, bearer('east'))).toBe('east');
    expect(await outcomeOf({ sources: both }, bearer('forked'))).toBe('forked');
    expect(await outcomeOf({ sources: both }, { ...bearer('east'), 'x-fork': '1' })).toBe(
      'SOURCE_UNAUTHORIZED',
    );
  });

  test('is the other kind’s when there is no other', async () => {
    expect(await outcomeOf({ sources: both.slice(1) }, bearer('forked'))).toBe('forked');
  });

  test('does not get past a secret because the other kind asks for none', async () => {
    const [east] = both;
    const sources = [...(east ? [east] : []), { name: 'forked', kind: 'fork' }];
    expect(await outcomeOf({ sources })).toBe('SOURCE_UNAUTHORIZED');
  });
});
