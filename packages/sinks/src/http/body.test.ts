import type { Payload } from '@longshore/event';
import { expect, test } from 'vitest';
import { aDelivery } from '../testing/builders.js';
import { bodyOf } from './body.js';

const annotation =
  '"longshore":{"source":"default","kind":"distribution","nativeType":"push","receivedAt":"2026-11-21T09:30:00.005Z"}';

function body(payload: Payload, annotate = false) {
  return bodyOf(aDelivery({ payload }), annotate)?.toString();
}

test('the envelope holds the one event', () => {
  expect(body({ event: { b: 1, a: ['ü', null] } })).toBe('{"events":[{"b":1,"a":["ü",null]}]}');
});

test('without the envelope the event stands alone', () => {
  const delivery = aDelivery({ payload: { event: { text: 'it fails' } } });
  expect(bodyOf(delivery, false, false)?.toString()).toBe('{"text":"it fails"}');
});

test('an event that came as text is sent character for character', () => {
  const text = '{ "size": 9007199254740993, "x":1.0 }';
  expect(body({ text })).toBe(`{"events":[${text}]}`);
  expect(body({ text, event: { size: 9007199254740992 } })).toBe(`{"events":[${text}]}`);
});

test.each([
  [{ event: { action: 'push' } }, `{"action":"push",${annotation}}`],
  [{ event: {} }, `{${annotation}}`],
  [{ text: '{ "size": 9007199254740993 }' }, `{ "size": 9007199254740993,${annotation}}`],
  [{ text: '{"a":{}}\n' }, `{"a":{},${annotation}}`],
  [{ text: '{ }' }, `{${annotation}}`],
])('an annotated %j', (payload, expected) => {
  expect(body(payload, true)).toBe(`{"events":[${expected}]}`);
});

test('the annotation wins over a member of its name, in a value and in a text', () => {
  for (const payload of [{ event: { longshore: 1 } }, { text: '{"longshore":1}' }]) {
    const [event] = JSON.parse(body(payload, true) ?? '').events;
    expect(event.longshore).toMatchObject({ source: 'default', nativeType: 'push' });
  }
});

test('a delivery without an event has no body', () => {
  expect(body({})).toBeUndefined();
});
