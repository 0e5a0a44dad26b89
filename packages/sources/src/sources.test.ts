import { EVENTS_V1, EVENTS_V2, LongshoreError } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import { distribution } from './distribution/index.js';
import type { Kind, RawRequest } from './port.js';
import { createSources, type SourcesConfig, sourceKinds } from './sources.js';

const OPEN = '/registry/notifications';
const PUSH = '{"events":[{"id":"1","action":"push","target":{"repository":"team/api","tag":"1"}}]}';

/** A kind that is told by a header, takes nothing and says that it has seen the request. */
const scanner: Kind = {
  kind: 'scanner',
  recognizes: (raw) => raw.headers['x-scanner'] !== undefined,
  open: ({ source }) => ({ taken: [], quarantined: [], note: `seen by ${source}` }),
};
const broken: Kind = {
  kind: 'broken',
  recognizes: (raw) => raw.headers['x-broken'] !== undefined,
  open: () => {
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
function outcome(config: SourcesConfig, raw: RawRequest): string {
  try {
    const { source, taken, quarantined, note } = createSources(config, kinds).open(raw);
    const reasons = quarantined.map(({ reason }) => reason);
    return `${source}: ${[...taken.map(({ event }) => event.action), ...reasons, ...(note ? [note] : [])].join()}`;
  } catch (error) {
    return error instanceof LongshoreError ? error.code : String(error);
  }
}

describe('the open path without sources', () => {
  const anyone: SourcesConfig = { sources: [] };

  test('takes every known kind, as a source of the kind’s name', () => {
    expect(outcome(anyone, post(OPEN, PUSH))).toBe('distribution: push');
    expect(outcome(anyone, post(`${OPEN}/`, PUSH))).toBe('distribution: push');
    expect(outcome(anyone, post(OPEN, '{}', { 'x-scanner': '1' }))).toBe('scanner: seen by scanner');
  });

  test.each([
    ['unknown: the body is in no format that is taken here', '{"pull":"request"}', {}],
    ['unknown: the body is in no format that is taken here', '[]', {}],
    ['unknown: the body is in no format that is taken here', '{}', {}],
    ['unknown: the body is not JSON', 'events', {}],
    ['distribution: the body is not JSON', 'events', { 'content-type': EVENTS_V2 }],
    ['unknown: the body is empty', '', {}],
    ['distribution: the body is empty', '', { 'content-type': EVENTS_V1 }],
    ['distribution: the envelope has no events', '{}', { 'content-type': EVENTS_V1 }],
  ])('%s', (expected, body, headers) => {
    expect(outcome(anyone, post(OPEN, body, headers))).toBe(expected);
  });

  test('is behind the common secret, whatever the body is', () => {
    const config: SourcesConfig = { sources: [], auth: { bearer: ['secret'] } };
    for (const body of [PUSH, 'not JSON', '', '{"unknown":1}']) {
      expect(outcome(config, post(OPEN, body))).toBe('SOURCE_UNAUTHORIZED');
      expect(outcome(config, post(OPEN, body, bearer('wrong')))).toBe('SOURCE_UNAUTHORIZED');
      expect(outcome(config, post(OPEN, body, bearer('secret')))).not.toBe('SOURCE_UNAUTHORIZED');
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

  test('gives a request to the source of its kind whose secret it holds', () => {
    expect(outcome(config, post(OPEN, PUSH, bearer('east')))).toBe('east: push');
    expect(outcome(config, post(OPEN, PUSH, bearer('west')))).toBe('west: push');
    expect(outcome(config, post(OPEN, PUSH, { ...bearer('scan'), 'x-scanner': '1' }))).toBe(
      'scan: seen by scan',
    );
  });

  test('refuses a secret of a source of another kind', () => {
    expect(outcome(config, post(OPEN, PUSH, bearer('scan')))).toBe('SOURCE_UNAUTHORIZED');
    expect(outcome(config, post(OPEN, PUSH, { ...bearer('east'), 'x-scanner': '1' }))).toBe(
      'SOURCE_UNAUTHORIZED',
    );
  });

  test('refuses what holds no secret, before it looks at the body', () => {
    for (const body of [PUSH, 'not JSON', '', '{"unknown":1}']) {
      expect(outcome(config, post(OPEN, body))).toBe('SOURCE_UNAUTHORIZED');
      expect(outcome(config, post(OPEN, body, bearer('nobody')))).toBe('SOURCE_UNAUTHORIZED');
    }
  });

  test('quarantines what it cannot read once some secret has matched', () => {
    expect(outcome(config, post(OPEN, 'not JSON', bearer('scan')))).toBe('unknown: the body is not JSON');
    const other = post(OPEN, '{"unknown":1}', bearer('east'));
    expect(outcome(config, other)).toBe('unknown: the body is in no format that is taken here');
    const told = post(OPEN, 'not JSON', { ...bearer('scan'), 'content-type': EVENTS_V1 });
    expect(outcome(config, told)).toBe('SOURCE_UNAUTHORIZED');
  });

  test('takes no kind that is not configured', () => {
    const scannerOnly: SourcesConfig = { sources: [{ name: 'scan', kind: 'scanner' }] };
    expect(outcome(scannerOnly, post(OPEN, PUSH))).toBe(
      'unknown: the body is in no format that is taken here',
    );
  });

  test('prefers the source whose secret matched to one that asks for none', () => {
    const sources = [
      { name: 'anyone', kind: 'distribution' },
      { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
    ];
    expect(outcome({ sources }, post(OPEN, PUSH, bearer('east')))).toBe('east: push');
    expect(outcome({ sources }, post(OPEN, PUSH, bearer('wrong')))).toBe('anyone: push');
  });

  test('does not let a source without a secret in front of one of another kind', () => {
    const sources = [
      { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
      { name: 'scan', kind: 'scanner' },
    ];
    expect(outcome({ sources }, post(OPEN, PUSH))).toBe('SOURCE_UNAUTHORIZED');
  });
});

describe('the path of a source', () => {
  const sources = [
    { name: 'east', kind: 'distribution', auth: { bearer: ['east'] } },
    { name: 'scan/all of it', kind: 'scanner' },
  ];

  test('is that source and no other, whatever the body looks like', () => {
    expect(outcome({ sources }, post('/sources/east', PUSH, bearer('east')))).toBe('east: push');
    const unlike = post('/sources/east', '{"a":1}', { ...bearer('east'), 'x-scanner': '1' });
    expect(outcome({ sources }, unlike)).toBe('east: the body has no list of events');
    expect(outcome({ sources }, post('/sources/scan%2Fall%20of%20it/', PUSH))).toBe(
      'scan/all of it: seen by scan/all of it',
    );
  });

  test('asks for the secret of that source', () => {
    expect(outcome({ sources }, post('/sources/east', PUSH))).toBe('SOURCE_UNAUTHORIZED');
  });

  test('asks for the common secret where the source has none of its own', () => {
    const config: SourcesConfig = { sources, auth: { bearer: ['common'] } };
    const path = '/sources/scan%2Fall%20of%20it';
    expect(outcome(config, post(path, PUSH))).toBe('SOURCE_UNAUTHORIZED');
    expect(outcome(config, post(path, PUSH, bearer('common')))).toBe(
      'scan/all of it: seen by scan/all of it',
    );
    expect(outcome(config, post('/sources/east', PUSH, bearer('common')))).toBe('SOURCE_UNAUTHORIZED');
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
  ])('%j is unknown', (path) => {
    expect(outcome({ sources }, post(path, PUSH, bearer('east')))).toBe('SOURCE_UNKNOWN');
  });

  test('an unknown path is answered with the known ones', () => {
    const open = () => createSources({ sources }, kinds).open(post('/sources/west', PUSH));
    expect(open).toThrow(`${OPEN}, /sources/east, /sources/scan%2Fall%20of%20it`);
  });

  test('a kind’s name is no source while none is configured', () => {
    expect(outcome({ sources: [] }, post('/sources/distribution', PUSH))).toBe('SOURCE_UNKNOWN');
  });
});

test.each(['GET', 'PUT', 'HEAD', 'OPTIONS'])('%s is no way to send a webhook', (method) => {
  expect(outcome({ sources: [] }, { ...post(OPEN, PUSH), method })).toBe('SOURCE_METHOD');
  expect(outcome({ sources: [] }, { ...post('/nowhere', PUSH), method })).toBe('SOURCE_UNKNOWN');
});

test('a refusal says nothing of the secret', () => {
  const sources = createSources({ sources: [], auth: { bearer: ['s3cret'] } });
  try {
    sources.open(post(OPEN, PUSH, bearer('s3cre7')));
    expect.unreachable();
  } catch (error) {
    expect(String(error)).toContain('credentials');
    expect(String(error)).not.toMatch(/s3cre/);
  }
});

test('a fault of a kind’s own quarantines the request, so that its sender is not stuck with it', () => {
  const raw = post(OPEN, '{}', { 'x-broken': '1' });
  const { quarantined } = createSources({ sources: [] }, kinds).open(raw);
  expect(quarantined).toEqual([
    { reason: 'Longshore failed to read the body', body: raw.body, fault: new TypeError('a fault') },
  ]);
});

describe('a request that was kept', () => {
  const sources = createSources(
    { sources: [{ name: 'east', kind: 'distribution', auth: { bearer: ['east'] } }] },
    kinds,
  );

  test('is opened again by its source, without its secret', () => {
    const kept = post('/sources/east', PUSH);
    expect(sources.reopen('east', kept)).toEqual(sources.open({ ...kept, headers: bearer('east') }));
  });

  test('is told anew when its source is gone or never was known', () => {
    expect(sources.reopen('gone', post(OPEN, PUSH))).toMatchObject({
      source: 'east',
      taken: [{ source: 'east' }],
    });
    expect(sources.reopen('unknown', post(OPEN, '{"a":1}'))).toMatchObject({ source: 'unknown', taken: [] });
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
  ])('%j', (sources, message) => {
    expect(() => createSources({ sources }, kinds)).toThrow(message);
  });
});

test('the paths are known', () => {
  const sources = createSources({ sources: [{ name: 'a b', kind: 'distribution' }] });
  expect(sources.paths).toEqual([OPEN, '/sources/a%20b']);
  expect(sourceKinds).toEqual(['distribution']);
});
