import { EVENTS_V1, EVENTS_V2, LongshoreError } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import type { Kind } from './kind.js';
import { distribution } from './kinds/distribution/index.js';
import { sourceKinds } from './kinds/index.js';
import type { RawRequest } from './request.js';
import type { SourcesConfig } from './source.js';
import { createSources } from './sources.js';

const OPEN = '/registry/notifications';
const PUSH = '{"events":[{"id":"1","action":"push","target":{"repository":"team/api","tag":"1"}}]}';

/** A kind that is recognized by a header, takes nothing and names the source of the request. */
const scanner: Kind = {
  kind: 'scanner',
  sender: distribution.sender,
  recognizes: (raw) => raw.headers['x-scanner'] !== undefined,
  list: ({ source }) => ({ ignored: `seen by ${source}` }),
  read: () => ({ ignored: 'not called' }),
};
const broken: Kind = {
  kind: 'broken',
  sender: distribution.sender,
  recognizes: (raw) => raw.headers['x-broken'] !== undefined,
  read: () => {
    throw new TypeError('a fault');
  },
};
const kinds = [scanner, broken, distribution];

function post(path: string, body: string | Buffer, headers: RawRequest['headers'] = {}): RawRequest {
  return { method: 'POST', path, headers, body: Buffer.from(body), receivedAt: 1_773_480_414_000 };
}

function bearer(secret: string): RawRequest['headers'] {
  return { authorization: `Bearer ${secret}` };
}

/** What a request comes to, in one line. */
async function outcome(config: SourcesConfig, raw: RawRequest): Promise<string> {
  try {
    const { source, taken, quarantined, note } = await createSources(config, kinds).open(raw);
    const reasons = quarantined.map(({ reason }) => reason);
    return `${source}: ${[...taken.map(({ event }) => event.action), ...reasons, ...(note ? [note] : [])].join()}`;
  } catch (error) {
    return error instanceof LongshoreError ? error.code : String(error);
  }
}

describe('the open path without sources', () => {
  const anyone: SourcesConfig = { sources: [] };

  test('takes every known kind, as a source of the kind’s name', async () => {
    expect(await outcome(anyone, post(OPEN, PUSH))).toBe('distribution: push');
    expect(await outcome(anyone, post(`${OPEN}/`, PUSH))).toBe('distribution: push');
    expect(await outcome(anyone, post(OPEN, '{}', { 'x-scanner': '1' }))).toBe('scanner: seen by scanner');
  });

  test.each([
    ['unknown: the format is unknown. Report it with the body', '{"pull":"request"}', {}],
    ['unknown: the format is unknown. Report it with the body', '[]', {}],
    ['unknown: the format is unknown. Report it with the body', '{}', {}],
    ['unknown: the body is not JSON', 'events', {}],
    ['distribution: the body is not JSON', 'events', { 'content-type': EVENTS_V2 }],
    ['unknown: the body is empty', '', {}],
    ['distribution: the body is empty', '', { 'content-type': EVENTS_V1 }],
    ['distribution: the envelope has no events', '{}', { 'content-type': EVENTS_V1 }],
  ])('%s', async (expected, body, headers) => {
    expect(await outcome(anyone, post(OPEN, body, headers))).toBe(expected);
  });

  test('is behind the common secret, whatever the body is', async () => {
    const config: SourcesConfig = { sources: [], auth: { bearer: ['secret'] } };
    for (const body of [PUSH, 'not JSON', '', '{"unknown":1}']) {
      expect(await outcome(config, post(OPEN, body))).toBe('SOURCE_UNAUTHORIZED');
      expect(await outcome(config, post(OPEN, body, bearer('wrong')))).toBe('SOURCE_UNAUTHORIZED');
      expect(await outcome(config, post(OPEN, body, bearer('secret')))).not.toBe('SOURCE_UNAUTHORIZED');
    }
  });
});

describe('the open path with sources', () => {
  const config: SourcesConfig = {
    sources: [
      { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
      { name: 'west', kind: 'distribution', auth: { bearer: ['west'] } },
      { name: 'scan', kind: 'scanner', auth: { bearer: ['scan'] } },
    ],
  };

  test('gives a request to the source of its kind whose secret it holds', async () => {
    expect(await outcome(config, post(OPEN, PUSH, bearer('east')))).toBe('east: push');
    expect(await outcome(config, post(OPEN, PUSH, bearer('west')))).toBe('west: push');
    expect(await outcome(config, post(OPEN, PUSH, { ...bearer('scan'), 'x-scanner': '1' }))).toBe(
      'scan: seen by scan',
    );
  });

  test('refuses a secret of a source of another kind', async () => {
    expect(await outcome(config, post(OPEN, PUSH, bearer('scan')))).toBe('SOURCE_UNAUTHORIZED');
    expect(await outcome(config, post(OPEN, PUSH, { ...bearer('east'), 'x-scanner': '1' }))).toBe(
      'SOURCE_UNAUTHORIZED',
    );
  });

  test('refuses what holds no secret, before it looks at the body', async () => {
    for (const body of [PUSH, 'not JSON', '', '{"unknown":1}']) {
      expect(await outcome(config, post(OPEN, body))).toBe('SOURCE_UNAUTHORIZED');
      expect(await outcome(config, post(OPEN, body, bearer('unknown')))).toBe('SOURCE_UNAUTHORIZED');
    }
  });

  test('quarantines what it cannot read once some secret has matched', async () => {
    expect(await outcome(config, post(OPEN, 'not JSON', bearer('scan')))).toBe(
      'unknown: the body is not JSON',
    );
    const other = post(OPEN, '{"unknown":1}', bearer('east'));
    expect(await outcome(config, other)).toBe(
      'unknown: no configured source reads this format. Add its kind to sources',
    );
    const claimed = post(OPEN, 'not JSON', { ...bearer('scan'), 'content-type': EVENTS_V1 });
    expect(await outcome(config, claimed)).toBe('SOURCE_UNAUTHORIZED');
  });

  test('takes no kind that is not configured', async () => {
    const scannerOnly: SourcesConfig = { sources: [{ name: 'scan', kind: 'scanner' }] };
    expect(await outcome(scannerOnly, post(OPEN, PUSH))).toBe(
      'unknown: no configured source reads this format. Add its kind to sources',
    );
  });

  test('prefers the source whose secret matched to one that asks for none', async () => {
    const sources = [
      { name: 'anyone', kind: 'distribution' },
      { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
    ];
    expect(await outcome({ sources }, post(OPEN, PUSH, bearer('east')))).toBe('east: push');
    expect(await outcome({ sources }, post(OPEN, PUSH, bearer('wrong')))).toBe('anyone: push');
  });

  test('does not let a source without a secret in front of one of another kind', async () => {
    const sources = [
      { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
      { name: 'scan', kind: 'scanner' },
    ];
    expect(await outcome({ sources }, post(OPEN, PUSH))).toBe('SOURCE_UNAUTHORIZED');
  });
});

describe('the path of a source', () => {
  const sources = [
    { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
    { name: 'scan/all of it', kind: 'scanner' },
  ];

  test('is that source and no other, whatever the body looks like', async () => {
    expect(await outcome({ sources }, post('/sources/east', PUSH, bearer('east')))).toBe('east: push');
    const unlike = post('/sources/east', '{"a":1}', { ...bearer('east'), 'x-scanner': '1' });
    expect(await outcome({ sources }, unlike)).toBe(
      'east: it is a request of kind scanner, sent to a source of kind distribution',
    );
    expect(await outcome({ sources }, post('/sources/scan%2Fall%20of%20it/', '{"a":1}'))).toBe(
      'scan/all of it: seen by scan/all of it',
    );
  });

  test('asks for the secret of that source', async () => {
    expect(await outcome({ sources }, post('/sources/east', PUSH))).toBe('SOURCE_UNAUTHORIZED');
  });

  test('asks for the common secret where the source has none of its own', async () => {
    const config: SourcesConfig = { sources, auth: { bearer: ['common'] } };
    const path = '/sources/scan%2Fall%20of%20it';
    expect(await outcome(config, post(path, PUSH))).toBe('SOURCE_UNAUTHORIZED');
    expect(await outcome(config, post(path, PUSH, { ...bearer('common'), 'x-scanner': '1' }))).toBe(
      'scan/all of it: seen by scan/all of it',
    );
    expect(await outcome(config, post('/sources/east', PUSH, bearer('common')))).toBe('SOURCE_UNAUTHORIZED');
  });

  test.each([
    ['/sources/west'],
    ['/sources/'],
    ['/sources'],
    ['/sources/%'],
    ['/sources/__proto__'],
    ['/'],
    [''],
    [`${OPEN}/x`],
    ['/sources/undefined'],
    ['/sources/east/anything'],
  ])('%j is unknown', async (path) => {
    expect(await outcome({ sources }, post(path, PUSH, bearer('east')))).toBe('SOURCE_UNKNOWN');
  });

  test('an unknown path is answered with the known ones', async () => {
    const open = () => createSources({ sources }, kinds).open(post('/sources/west', PUSH));
    await expect(open).rejects.toThrow(`${OPEN}, /sources/east, /sources/scan%2Fall%20of%20it`);
  });

  test('a kind’s name is no source while none is configured', async () => {
    expect(await outcome({ sources: [] }, post('/sources/distribution', PUSH))).toBe('SOURCE_UNKNOWN');
  });
});

test.each(['GET', 'PUT', 'HEAD', 'OPTIONS'])('%s is no way to send a webhook', async (method) => {
  expect(await outcome({ sources: [] }, { ...post(OPEN, PUSH), method })).toBe('SOURCE_METHOD');
  expect(await outcome({ sources: [] }, { ...post('/nowhere', PUSH), method })).toBe('SOURCE_UNKNOWN');
});

test('a secret in a path is in no message', async () => {
  const sources = createSources({
    sources: [{ name: 'hub', kind: 'distribution', auth: { token: ['t0ken'] } }],
  });
  for (const path of ['/sources/other/s3cret', '/sources/hub/s3cret', '/sources/hub/s3cret/more']) {
    for (const method of ['POST', 'GET']) {
      await expect(sources.open({ ...post(path, PUSH), method })).rejects.toThrow(/^((?!s3cret|t0ken).)*$/);
    }
  }
  const opened = await sources.open(post('/sources/hub/t0ken', PUSH));
  expect(opened.taken).toHaveLength(1);
});

test('a refusal says nothing of the secret', async () => {
  const sources = createSources({ sources: [], auth: { bearer: ['s3cret'] } });
  try {
    await sources.open(post(OPEN, PUSH, bearer('s3cre7')));
    expect.unreachable();
  } catch (error) {
    expect(String(error)).toContain('credentials');
    expect(String(error)).not.toMatch(/s3cre/);
  }
});

test('a fault of a kind’s own quarantines the request, so that its sender is not stuck with it', async () => {
  const raw = post(OPEN, '{}', { 'x-broken': '1' });
  const { quarantined } = await createSources({ sources: [] }, kinds).open(raw);
  expect(quarantined).toEqual([
    { reason: 'Longshore failed to read the body', body: raw.body, fault: new TypeError('a fault') },
  ]);
});

describe('a request that was kept', () => {
  const sources = createSources(
    { sources: [{ name: 'east', kind: 'distribution', auth: { bearer: ['east'] } }] },
    kinds,
  );

  test('is opened again by its source, without its secret', async () => {
    const kept = post('/sources/east', PUSH);
    expect({ ...sources.reopen('east', kept), isProved: true }).toEqual(
      await sources.open({ ...kept, headers: bearer('east') }),
    );
  });

  test('is identified again when its source is gone or was never known', async () => {
    expect(sources.reopen('gone', post(OPEN, PUSH))).toMatchObject({
      source: 'east',
      taken: [{ source: 'east' }],
    });
    expect(sources.reopen('unknown', post(OPEN, '{"a":1}'))).toMatchObject({ source: 'unknown', taken: [] });
  });

  test('is read as another kind when it is said, and keeps its source', () => {
    const [other = kinds[0]] = kinds.filter(({ kind }) => kind !== 'distribution');
    expect(sources.reopen('east', post(OPEN, PUSH), other?.kind)).toMatchObject({
      source: 'east',
      kind: other?.kind,
    });
    expect(sources.reopen('gone', post(OPEN, PUSH), other?.kind).source).toBe(other?.kind);
  });
});

describe('a configuration that cannot be used', () => {
  test.each([
    [[{ name: 'a', kind: 'nonsense' }], /source a.*nonsense.*scanner, broken, distribution/],
    [
      [
        { name: 'a', kind: 'scanner' },
        { name: 'a', kind: 'distribution' },
      ],
      /source a.*twice/,
    ],
    [
      [{ name: 'a', kind: 'scanner', auth: { hmac: { secrets: ['s'] } } }],
      /source a: auth.hmac has no header/,
    ],
    [
      [{ name: 'a', kind: 'scanner', auth: { oidc: { audience: ['me'] } } }],
      /source a: auth.oidc names no account/,
    ],
    [[{ name: 'a', kind: 'scanner', options: { host: 'h' } }], /options.host is no option of kind scanner/],
  ])('%j', (sources, message) => {
    expect(() => createSources({ sources }, kinds)).toThrow(message);
  });
});

test('the paths are known', () => {
  const sources = createSources({ sources: [{ name: 'a b', kind: 'distribution' }] });
  expect(sources.paths).toEqual([OPEN, '/sources/a%20b']);
  expect(sourceKinds).toContain('distribution');
});

describe('before the body is there', () => {
  const config: SourcesConfig = {
    sources: [
      { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
      { name: 'hub', kind: 'distribution', auth: { token: ['t0ken'] } },
      { name: 'signed', kind: 'distribution', auth: { hmac: { secrets: ['s'], header: 'x-sig' } } },
    ],
  };
  const admission = async (path: string, headers: RawRequest['headers'] = {}, more: object = {}) =>
    createSources(config)
      .admit({ method: 'POST', path, headers, receivedAt: 0, ...more })
      .then(
        ({ takesBody }) => takesBody,
        ({ code }) => code,
      );
  const signature = { 'x-sig': 'ab'.repeat(32) };

  test('path, method and every secret but a signature are judged', async () => {
    expect(await admission('/sources/west', bearer('east'))).toBe('SOURCE_UNKNOWN');
    expect(await admission('/sources/east', bearer('east'), { method: 'PUT' })).toBe('SOURCE_METHOD');
    for (const path of ['/sources/east', '/sources/hub', '/sources/hub/wrong', '/sources/signed', OPEN]) {
      expect(await admission(path, bearer('wrong'))).toBe('SOURCE_UNAUTHORIZED');
    }
    expect(await admission('/sources/east', bearer('east'))).toBe(true);
    expect(await admission('/sources/hub/t0ken')).toBe(true);
    const query = new URLSearchParams('token=t0ken');
    expect(await admission(OPEN, {}, { query })).toBe(true);
    expect(await admission('/sources/hub', {}, { query })).toBe(true);
    expect(await admission(OPEN, bearer('east'))).toBe(true);
  });

  test('a signature that is there is judged by the body', async () => {
    expect(await admission('/sources/signed', signature)).toBe(true);
    expect(await admission(OPEN, signature)).toBe(true);
    expect(await admission('/sources/east', signature)).toBe('SOURCE_UNAUTHORIZED');
    for (const path of ['/sources/signed', OPEN]) {
      const opening = createSources(config).open(post(path, PUSH, signature));
      await expect(opening).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    }
  });

  test('a handshake needs none', async () => {
    const sources = [{ name: 'grid', kind: 'cloudevents', auth: { token: ['t0ken'] } }];
    const head = { method: 'OPTIONS', path: '/sources/grid/t0ken', receivedAt: 0 };
    const headers = { 'webhook-request-origin': 'eventgrid.azure.net' };
    expect(await createSources({ sources }).admit({ ...head, headers })).toMatchObject({ takesBody: false });
  });
});

describe('a request of more than 10,000 events', () => {
  test('is kept without the token that GitLab puts into events', async () => {
    const sources = createSources({ sources: [{ name: 'one', kind: 'gitlab' }] });
    const event = {
      id: '1',
      action: 'push',
      target: { repository: 'a' },
      actor: { user: 's3cret-of-gitlab' },
    };
    const body = JSON.stringify({ events: [event, ...Array(10_000).fill(0)] });
    const { quarantined } = await sources.open(post('/sources/one', body));
    expect(quarantined.map(({ reason }) => reason)).toEqual(['too many events']);
    expect(quarantined[0]?.body.toString()).not.toContain('s3cret');
  });

  const list = (event: object, count: number) => JSON.stringify(Array(count).fill(event));
  const harbor = (count: number) =>
    JSON.stringify({
      type: 'PUSH_ARTIFACT',
      occur_at: 1,
      event_data: {
        repository: { repo_full_name: 'a/b' },
        resources: Array(count).fill({ digest: 'sha256:1', tag: 't', resource_url: 'h/a/b:t' }),
      },
    });
  const cloudEvent = { specversion: '1.0', id: '1', source: '/', type: 'x', data: {} };
  const azure = { id: '1', eventType: 'Microsoft.ContainerRegistry.ImagePushed', data: {} };

  test.each<[string, (count: number) => string]>([
    ['distribution', (count) => JSON.stringify({ events: Array(count).fill(0) })],
    ['cloudevents', (count) => list(cloudEvent, count)],
    ['eventgrid', (count) => list(azure, count)],
    ['harbor', harbor],
  ])('of kind %s is quarantined whole', async (kind, bodyOf) => {
    const sources = createSources({ sources: [{ name: 'one', kind }] });
    const { taken, quarantined } = await sources.open(post('/sources/one', bodyOf(10_001)));
    expect(taken).toEqual([]);
    expect(quarantined.map(({ reason }) => reason)).toEqual(['too many events']);
  });
});
