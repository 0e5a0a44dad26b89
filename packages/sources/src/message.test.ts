import { describe, expect, test } from 'vitest';
import { headerOf, openMessage, openMessages, type Reading } from './message.js';
import type { Incoming } from './port.js';

function incoming(text: string): Incoming {
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(text), receivedAt: 7 };
  return { raw, text, value: JSON.parse(text), source: 'one', includeReferences: false, options: {} };
}

const PUSH: Reading = { event: { id: '1', action: 'push', repository: 'team/api', tag: '1' } };
const SCAN: Reading = { event: { id: '2', action: 'scan', repository: 'team/api' } };

test('an event is delivered in the registry’s form, without the sender’s message', () => {
  const [taken] = openMessage(incoming('{"native":1}'), 'any', PUSH).taken;
  expect(taken?.payload.event).toEqual({
    id: '1',
    action: 'push',
    target: { repository: 'team/api', tag: '1' },
    request: {},
    actor: {},
    source: {},
  });
});

describe('an event of another kind', () => {
  test('is delivered with the sender’s message beside it', () => {
    const [taken] = openMessage(incoming('{"native":1}'), 'any', SCAN).taken;
    expect(taken?.payload.event).toMatchObject({ action: 'scan', body: { native: 1 } });
    expect(taken?.payload.text).toBeUndefined();
  });

  test('keeps the digits of its numbers', () => {
    const [taken] = openMessage(incoming('{"native":12345678901234567890}'), 'any', SCAN).taken;
    expect(taken?.payload.text).toContain('"body":{"native":12345678901234567890}');
  });

  test('is quarantined when it could not be written again', () => {
    const deep = `${'['.repeat(9_000)}${']'.repeat(9_000)}`;
    const { quarantined } = openMessage(incoming(deep), 'any', SCAN);
    expect(quarantined.map(({ reason }) => reason)).toEqual(['the event is nested deeper than 200 levels']);
  });

  test('needs no repository', () => {
    expect(openMessage(incoming('{}'), 'any', { event: { id: '3', action: 'audit' } }).taken).toHaveLength(1);
  });
});

test('each message of a list stands for itself', () => {
  const find = (index: number) => (root: unknown) => (root as unknown[])[index];
  const messages = [PUSH, { refused: 'no good' }, { ignored: 'a test' }, SCAN, { event: { action: 'push' } }];
  const opened = openMessages(
    incoming('[0,1,2,3,4]'),
    'any',
    messages.map((reading, index) => ({ reading, body: Buffer.from(`[${index}]`), find: find(index) })),
  );
  expect(opened.taken.map(({ event }) => event.action)).toEqual(['push', 'scan']);
  expect(opened.taken[1]?.payload.event?.body).toBe(3);
  expect(opened.quarantined).toEqual([
    { reason: 'no good', body: Buffer.from('[1]') },
    { reason: 'the repository is missing', body: Buffer.from('[4]') },
  ]);
  expect(opened.note).toBe('a test');
});

test.each([
  ['value', 'value'],
  [['first', 'second'], 'first'],
  ['', undefined],
  [undefined, undefined],
])('of a header %j counts %j', (value, expected) => {
  const { raw } = incoming('{}');
  expect(headerOf({ ...raw, headers: { name: value } }, 'name')).toBe(expected);
});
