import type { Payload } from '@longshore/event';
import { expect, test } from 'vitest';
import { aDelivery } from '../testing/samples.js';
import { eventText } from './event-text.js';

const annotation =
  '"longshore":{"source":"default","kind":"distribution","nativeType":"push","receivedAt":"2026-11-21T09:30:00.005Z"}';

const textOf = (payload: Payload, annotate = false) =>
  eventText(aDelivery({ eventId: 'a', view: { action: 'push' }, payload }), annotate);

test('an event that came as text is sent character for character', () => {
  const text = '{ "size": 9007199254740993, "x":1.0 }';
  expect(textOf({ text })).toBe(text);
  expect(textOf({ text, event: { size: 9007199254740992 } })).toBe(text);
});

test('an event whose text is at hand is sent without parsing it', () => {
  const payload: Payload = {
    json: '{"a":1}',
    get event(): never {
      return expect.unreachable('the value was read');
    },
  };
  expect(textOf(payload)).toBe('{"a":1}');
});

test.each([
  [{ event: { action: 'push' } }, `{"action":"push",${annotation}}`],
  [{ event: {} }, `{${annotation}}`],
  [{ text: '{ "size": 9007199254740993 }' }, `{ "size": 9007199254740993,${annotation}}`],
  [{ text: '{"a":{}}\n' }, `{"a":{},${annotation}}`],
  [{ text: '{ }' }, `{${annotation}}`],
])('an annotated %j', (payload, expected) => {
  expect(textOf(payload, true)).toBe(expected);
});

test('the annotation wins over a member of its name, in a value and in a text', () => {
  for (const payload of [{ event: { longshore: 1 } }, { text: '{"longshore":1}' }]) {
    const event = JSON.parse(textOf(payload, true) ?? '');
    expect(event.longshore).toMatchObject({ source: 'default', nativeType: 'push' });
  }
});
