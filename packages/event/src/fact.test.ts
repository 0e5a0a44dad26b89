import { expect, test } from 'vitest';
import type { TakenEvent } from './delivery.js';
import type { RegistryEvent } from './event.js';
import { factOf } from './fact.js';

const target = { repository: 'acme/app', tag: '1.0', digest: 'sha256:aa', mediaType: 'one', size: 1 };

function taken(event: Partial<RegistryEvent> = {}, payload: TakenEvent['payload'] = {}): TakenEvent {
  return {
    event: { id: 'e1', class: 'event', action: 'push', nativeType: 'push', target, ...event },
    payload,
    contentType: 'application/json',
    source: 'eu',
    kind: 'distribution',
    receivedAt: 1,
  };
}

const actor = { name: 'ci' };
const fact = (event?: Partial<RegistryEvent>) => factOf(taken(event))?.id;

test('who reported it, when, by which request and how large it is, is not part of the fact', () => {
  const other: TakenEvent = {
    ...taken({
      id: 'e2',
      nativeType: 'registry_package',
      timestamp: '2026-11-21T00:00:00Z',
      request: { id: 'r2', method: 'HEAD', addr: '10.0.0.1' },
      source: { addr: 'replica-2:5000' },
      target: { ...target, mediaType: 'two', size: 2, url: 'https://us/v2/' },
    }),
    source: 'us',
    kind: 'acr',
    receivedAt: 2,
  };
  expect(factOf(other)).toEqual(factOf(taken()));
});

test.each<[string, Partial<RegistryEvent>]>([
  ['another repository', { target: { ...target, repository: 'acme/other' } }],
  ['another action', { action: 'pull' }],
  ['another digest', { target: { ...target, digest: 'sha256:bb' } }],
  ['another tag', { target: { ...target, tag: '2.0' } }],
  ['no digest', { target: { ...target, digest: undefined } }],
  ['no tag', { target: { ...target, tag: undefined } }],
  ['somebody', { actor }],
])('%s is another fact', (_, event) => {
  expect(fact(event)).not.toBe(fact());
});

test('absent is equal to absent, and fields do not run into each other', () => {
  const bare = (more: object) => ({ target: { repository: 'acme/app', ...more } });
  expect(fact({ ...bare({ tag: '1.0' }), actor: {} })).toBe(fact(bare({ tag: '1.0' })));
  expect(fact(bare({ tag: 'sha256:aa' }))).not.toBe(fact(bare({ digest: 'sha256:aa' })));
  expect(fact({ ...bare({ tag: 'x' }), actor: { name: 'y' } })).not.toBe(
    fact({ ...bare({ tag: 'y' }), actor: { name: 'x' } }),
  );
});

test('an event without a repository, or that names neither tag nor digest, is equal to none', () => {
  expect(fact({ target: { tag: '1.0', digest: 'sha256:aa' } })).toBeUndefined();
  expect(fact({ target: { repository: 'acme/app' } })).toBeUndefined();
  expect(fact({ action: 'delete', target: { repository: 'acme/app' } })).toBeUndefined();
});

test('a change is about its tag, or about its digest when it has no tag', () => {
  const subject = (event?: Partial<RegistryEvent>) => factOf(taken(event))?.subject;
  expect(subject({ action: 'delete', actor, target: { ...target, digest: 'sha256:bb' } })).toBe(subject());
  expect(subject({ target: { ...target, tag: undefined } })).not.toBe(subject());
  expect(subject({ action: 'pull' })).toBe(fact({ action: 'pull' }));
});

test('pushes and mounts are contrary to deletes; pulls and other events change nothing', () => {
  const change = (event: Partial<RegistryEvent>) => factOf(taken(event))?.change;
  expect(['push', 'mount', 'delete', 'pull', 'sign'].map((action) => change({ action }))).toEqual([
    'added',
    'added',
    'removed',
    undefined,
    undefined,
  ]);
  expect(change({ class: 'other', action: 'delete' })).toBeUndefined();
});

test('another event is identified by its own word and its own message, without who reported it and when', () => {
  const scan = (nativeType: string, event: Record<string, unknown>) =>
    factOf(taken({ class: 'other', action: nativeType, nativeType, target }, { event }))?.id;
  const first = scan('scan', {
    id: '1',
    timestamp: 't1',
    request: { id: 'a' },
    source: {},
    body: { found: 1 },
  });
  expect(scan('scan', { id: '2', timestamp: 't2', body: { found: 1 } })).toBe(first);
  expect(scan('scan', { id: '1', timestamp: 't1', body: { found: 2 } })).not.toBe(first);
  expect(scan('lint', { id: '1', timestamp: 't1', body: { found: 1 } })).not.toBe(first);
  const renamed = taken({ class: 'other', target: { repository: 'acme/app' } }, { text: '{"id":1}' });
  expect(factOf(renamed)).toEqual({
    id: expect.any(String),
    subject: factOf(renamed)?.id,
    repository: expect.any(String),
  });
});
