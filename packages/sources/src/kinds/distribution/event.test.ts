import { EVENTS_V1, EVENTS_V2 } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import type { Opened } from '../../kind.js';
import type { RawRequest } from '../../request.js';
import { openWith } from '../../testing/contract.js';
import { distribution } from './index.js';

function open(body: string | Buffer, includeReferences = false, headers: RawRequest['headers'] = {}): Opened {
  const raw = { method: 'POST', path: '/', headers, body: Buffer.from(body), receivedAt: 7 };
  return openWith(distribution, raw, includeReferences);
}

/** An envelope with one event in the registry's form, with these members besides. */
function envelope(members: object = {}, target: object = {}): string {
  const event = { id: '1', action: 'push', target: { repository: 'team/api', ...target }, ...members };
  return JSON.stringify({ events: [event] });
}

describe('references', () => {
  const references = [
    { mediaType: 'a/b', digest: 'sha256:1', size: 3, annotations: { deep: [[]] } },
    'odd',
    { size: '1' },
  ];

  test('are left out of what is delivered, whatever the case of their name', () => {
    const { taken } = open(envelope({}, { References: references, references, tag: '1' }));
    expect(taken[0]?.payload.event).toEqual({
      id: '1',
      action: 'push',
      target: { repository: 'team/api', tag: '1' },
    });
    expect(taken[0]?.event.target.references).toBeUndefined();
  });

  test('that are left out are kept beside the event, without what nothing reads', () => {
    const platform = { os: 'linux', architecture: 'arm64', 'os.version': '1', variant: 'v8' };
    const attestation = { 'vnd.docker.reference.type': 'attestation-manifest', more: 'x'.repeat(10_000) };
    const child = { mediaType: 'a/b', digest: 'sha256:1', size: 3, artifactType: 'c/d' };
    const sent = [
      { ...child, platform, annotations: attestation, data: 'eA==' },
      'odd',
      { digest: 'sha256:2' },
    ];
    const { taken } = open(envelope({}, { references: sent }));
    expect(taken[0]?.references).toEqual([
      {
        ...child,
        platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      },
      { digest: 'sha256:2' },
    ]);
    expect(open(envelope({}, { references: sent }), true).taken[0]?.references).toBeUndefined();
    expect(open(envelope()).taken[0]).not.toHaveProperty('references');
  });

  test('are delivered as they came when they are asked for', () => {
    const body = envelope({}, { references });
    const { taken } = open(body, true);
    expect(taken[0]?.payload.event).toEqual(JSON.parse(body).events[0]);
    expect(taken[0]?.event.target.references).toEqual(references.slice(0, 1));
  });

  test('of other places stay', () => {
    const body = envelope({ references: [1], source: { references: [2] } });
    expect(open(body).taken[0]?.payload.event).toEqual(JSON.parse(body).events[0]);
  });

  test('of seven megabytes are left out', () => {
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: `sha256:${'0'.repeat(64)}`,
    };
    const body = envelope(
      {},
      { references: Array.from({ length: 60_000 }, (_, size) => ({ ...layer, size })) },
    );
    expect(body.length).toBeGreaterThan(7_000_000);
    const [one] = open(body).taken;
    expect(one?.payload.event).toEqual(JSON.parse(envelope()).events[0]);
    expect(one?.references).toHaveLength(1_000);
  });
});

describe('the media type of the envelope', () => {
  test.each([
    [EVENTS_V1, EVENTS_V1],
    [EVENTS_V2, EVENTS_V2],
    [`${EVENTS_V2}; charset=utf-8`, EVENTS_V2],
    [` ${EVENTS_V2.toUpperCase()};q=1`, EVENTS_V2],
    [`${EVENTS_V2}, application/json`, EVENTS_V2],
    [[EVENTS_V2, EVENTS_V1], EVENTS_V2],
    ['application/json', EVENTS_V1],
    [`${EVENTS_V2}x`, EVENTS_V1],
    ['', EVENTS_V1],
    [undefined, EVENTS_V1],
  ])('of %j is %s', (header, expected) => {
    expect(open(envelope(), false, { 'content-type': header }).taken[0]?.contentType).toBe(expected);
  });
});

describe('a number with more digits than a double', () => {
  test('is delivered as it was written, without the references', () => {
    const target =
      '{"repository":"team/api","size":12345678901234567890,"references":[{"size":98765432109876543210}]}';
    const { taken } = open(
      `{"events":[{"id":"1","action":"push","target":${target}},${'{"id":"2","action":"pull","target":{"repository":"a"}}'}]}`,
    );
    const text = '{"id":"1","action":"push","target":{"repository":"team/api","size":12345678901234567890}}';
    expect(taken[0]?.payload).toEqual({ text, event: JSON.parse(text) });
    expect(taken[1]?.payload.text).toBeUndefined();
  });

  test('only in the references needs no text', () => {
    const { taken } = open(
      '{"events":[{"id":"1","action":"push","target":{"repository":"a","references":[12345678901234567890]}}]}',
    );
    expect(taken[0]?.payload).toEqual({ event: { id: '1', action: 'push', target: { repository: 'a' } } });
  });

  test.each(['id', 'Id', 'uuid'])('tells events apart as their %s', (name) => {
    const event = (id: string) => `{"${name}":${id},"action":"push","target":{"repository":"team/api"}}`;
    const { taken } = open(
      `{"events":[${event('9007199254740992')},${event('9007199254740993')},${event('5')}]}`,
    );
    expect(taken.map(({ event }) => event.id)).toEqual(['9007199254740992', '9007199254740993', '5']);
  });

  test('is as it was in a quarantined event', () => {
    const { quarantined } = open('{"events":[{"id":12345678901234567890},{"action":1}]}');
    expect(quarantined.map(({ body }) => body.toString())).toEqual([
      '{"events":[{"id":12345678901234567890}]}',
      '{"events":[{"action":1}]}',
    ]);
  });
});

describe('a token of the actor', () => {
  const token = 'eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiY2kifQ.c2ln';

  test.each([['user'], ['User']])('in actor.%s is nowhere in what comes out', (name) => {
    for (const body of [
      envelope({ actor: { name: 'ci', [name]: token } }),
      envelope({ Actor: { [name]: token }, target: 1 }),
    ]) {
      expect(body).toContain(token);
      const { taken, quarantined } = open(body);
      expect(taken.length + quarantined.length).toBe(1);
      expect(JSON.stringify([taken, quarantined.map((item) => item.body.toString())])).not.toContain('eyJ');
    }
  });

  test('is gone from the exact text too', () => {
    const body = envelope({ actor: { name: 'ci', user: token }, n: 'N' }).replace(
      '"N"',
      '12345678901234567890',
    );
    const { text } = open(body).taken[0]?.payload ?? {};
    expect(text).toContain('"actor":{"name":"ci"},"n":12345678901234567890');
    const bad = open(body.replace('"push"', '1')).quarantined[0]?.body.toString();
    expect(bad).toContain('"actor":{"name":"ci"},"n":12345678901234567890');
  });

  test('is distinguished from a name', () => {
    const body = envelope({ actor: { name: 'ci', user: 'alice' } });
    expect(open(body).taken[0]?.payload.event).toEqual(JSON.parse(body).events[0]);
  });
});

test('a user and password in target.url are nowhere in what comes out', () => {
  const url = 'https://ci:s3cret@registry.example.com/v2/acme/app/manifests/sha256:aa';
  const bare = 'https://registry.example.com/v2/acme/app/manifests/sha256:aa';
  const body = envelope({ target: { repository: 'acme/app', url } });
  const { taken } = open(body);
  expect(taken[0]?.payload.event).toEqual(JSON.parse(body.replace(url, bare)).events[0]);
  const { quarantined } = open(body.replace('"push"', '1'));
  expect(quarantined[0]?.body.toString()).toContain(bare);
  expect(JSON.stringify(taken)).not.toContain('s3cret');
});

test('a token in a body that was cut within it is not kept', () => {
  const body = envelope({ actor: { user: 'eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiY2kifQ.c2ln' } });
  const cut = body.slice(0, body.indexOf('eyJ1c2Vy') + 6);
  expect(open(cut).quarantined[0]?.body.toString()).toBe(`${cut.slice(0, cut.indexOf('eyJ'))}removed`);
});

test('an event is delivered as it came up to the depth of a body that is parsed', () => {
  const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);
  const body = envelope({ deep: nested(253) });
  expect(open(body).taken[0]?.payload.event).toEqual(JSON.parse(body).events[0]);
  const { taken, quarantined } = open(envelope({ deep: nested(254) }));
  expect(taken).toEqual([]);
  expect(quarantined[0]?.reason).toBe('the body is nested deeper than 256 levels');
});

test('the only event of a request is quarantined with the request’s own bytes', () => {
  const body = '{ "events": [ {"action": "push"} ],\n "more": 1 }';
  expect(open(body).quarantined).toEqual([{ reason: 'target is missing', body: Buffer.from(body) }]);
});

test('an envelope of more than 10,000 events is quarantined whole', () => {
  const listOf = (count: number) => open(`{"events":[${Array(count).fill(0)}]}`).quarantined;
  expect(listOf(10_001).map(({ reason }) => reason)).toEqual(['too many events']);
  expect(listOf(10_000)).toHaveLength(10_000);
});

test('an event has no more than what it was given', () => {
  const { taken } = open(
    envelope({ timestamp: '', request: null, actor: 'ci', source: [] }, { size: 0, digest: '', url: 5 }),
  );
  expect(taken).toEqual([
    {
      event: {
        id: '1',
        class: 'event',
        action: 'push',
        nativeType: 'push',
        target: { repository: 'team/api' },
      },
      payload: { event: expect.anything() },
      contentType: EVENTS_V1,
      source: 'distribution',
      kind: 'distribution',
      receivedAt: 7,
    },
  ]);
  expect(Object.keys(taken[0]?.event ?? {}).sort()).toEqual([
    'action',
    'class',
    'id',
    'nativeType',
    'target',
  ]);
});

test.each([[''], [0], [null], [true], [{}]])('an id %j is none, and one is computed that stays', (id) => {
  const first = open(envelope({ id, timestamp: '2026-03-14T09:26:53.1Z' })).taken[0]?.event.id;
  const again = open(envelope({ id, timestamp: '2026-03-14T09:26:53.1Z' })).taken[0]?.event.id;
  const later = open(envelope({ id, timestamp: '2026-03-14T09:26:53.2Z' })).taken[0]?.event.id;
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  expect(again).toBe(first);
  expect(later).not.toBe(first);
});

test.each([
  ['id', { id: 'x'.repeat(1025) }, {}],
  ['action', { action: 'x'.repeat(1025) }, {}],
  ['target.repository', {}, { repository: 'x'.repeat(1025) }],
  ['target.tag', {}, { tag: 'x'.repeat(1025) }],
  ['target.mediaType', {}, { mediaType: 'x'.repeat(1025) }],
])('%s beyond its limit is quarantined', (name, members, target) => {
  expect(open(envelope(members, target)).quarantined[0]?.reason).toBe(
    `${name} is longer than 1024 characters`,
  );
});

test('a host in the URL stands in for a request that is not there', () => {
  const url = 'https://registry.example.com:5000/v2/team/api/manifests/1';
  expect(open(envelope({}, { url })).taken[0]?.event.request).toEqual({ host: 'registry.example.com:5000' });
  const request = { host: 'other.example.com' };
  expect(open(envelope({ request }, { url })).taken[0]?.event.request).toEqual(request);
});

test('an event in the registry’s form with a key in another case is understood and delivered as it came', () => {
  const body = envelope(
    { id: undefined, ID: 'a', Timestamp: '2026-03-14T09:26:53Z' },
    { Tag: 'v1', mediaType: 'a/b' },
  );
  const { taken } = open(body);
  expect(taken[0]?.event).toMatchObject({
    id: 'a',
    time: '2026-03-14T09:26:53.000Z',
    target: { tag: 'v1', mediaType: 'a/b' },
  });
  expect(taken[0]?.payload.event).toEqual(JSON.parse(body).events[0]);
});

test('a field that a form of 2015 had is an unknown field of the registry’s own', () => {
  const body = envelope({ uuid: 'u' }, { name: 'n', type: 'blob' });
  const { taken } = open(body);
  expect(taken[0]?.event).toMatchObject({ id: '1', target: { repository: 'team/api' } });
  expect(taken[0]?.payload.event).toEqual(JSON.parse(body).events[0]);
});
