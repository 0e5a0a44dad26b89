import { expect, test } from 'vitest';
import { type Delivery, deliveryOf } from './delivery.js';
import type { Payload, RegistryEvent } from './event.js';
import { eventOf, payloadValue } from './event-of.js';

const event: RegistryEvent = {
  id: 'e',
  class: 'event',
  action: 'push',
  nativeType: 'pushed',
  timestamp: '2026-11-21T06:29:56Z',
  time: '2026-11-21T06:29:56.000Z',
  target: { repository: 'acme/app', tag: '1', size: 3, url: 'https://registry.example.com/v2/x' },
  request: { host: 'registry.example.com' },
  actor: { name: 'alice' },
};
const sent = {
  id: 'e',
  timestamp: '2026-11-21T06:29:56Z',
  action: 'push',
  target: { repository: 'acme/app', tag: '1', length: 3, url: 'https://registry.example.com/v2/x' },
  actor: { name: 'alice' },
};

function stored(payload: Payload, of: RegistryEvent = event): Delivery {
  const from = { source: 's', kind: 'k', contentType: 'application/json', receivedAt: 0 };
  return JSON.parse(JSON.stringify(deliveryOf({ event: of, payload, ...from }, 'one')));
}

test('the whole event is derived from what is delivered, as a value and as text', () => {
  expect(eventOf(stored({ event: sent }))).toEqual(event);
  expect(eventOf(stored({ text: JSON.stringify(sent) }))).toEqual(event);
});

test('a member that a receiver in Go would read is read, whatever its case', () => {
  const { actor: _, ...rest } = sent;
  expect(eventOf(stored({ event: { ...rest, Actor: { Name: 'alice' } } }))).toEqual(event);
});

test('a timestamp that is delivered in another form is stored as it was sent', () => {
  const java = { ...event, timestamp: '2026-11-21T06:29:56.000+0000' };
  const delivery = stored({ event: { ...sent, timestamp: event.time } }, java);
  expect(delivery.timestamp).toBe(java.timestamp);
  expect(eventOf(delivery)).toEqual(java);
  expect(stored({ event: sent }).timestamp).toBeUndefined();
});

test('what is not known is absent, also when nothing can be read', () => {
  const bare = { id: 'e', class: 'event', action: 'push', nativeType: 'pushed', target: {} } as const;
  for (const payload of [
    { event: {} },
    { text: '{' },
    { text: '[]' },
    { event: { target: 1, actor: null } },
  ]) {
    expect(eventOf(stored(payload, bare))).toEqual(bare);
  }
  expect(payloadValue({})).toEqual({});
});
