import { describe, expect, test } from 'vitest';
import type { Incoming, Kind, Message, Reading } from './kind.js';
import { distribution } from './kinds/distribution/index.js';
import { messagesOf, openBody } from './open-body.js';
import { headerOf } from './request.js';

function incoming(text: string): Incoming {
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(text), receivedAt: 7 };
  return { raw, text, value: JSON.parse(text), source: 'one', includeReferences: false, options: {} };
}

/** A kind that reads every message so. */
function reads(reading: Reading): Kind {
  return { kind: 'any', sender: distribution.sender, recognizes: () => true, read: () => reading };
}

const PUSH: Reading = { event: { id: '1', action: 'push', repository: 'team/api', tag: '1' } };
const SCAN: Reading = { event: { id: '2', action: 'scan', repository: 'team/api' } };

test('an event is delivered in the registry’s form, without the sender’s message', () => {
  const [taken] = openBody(reads(PUSH), incoming('{"native":1}')).taken;
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
    const [taken] = openBody(reads(SCAN), incoming('{"native":1}')).taken;
    expect(taken?.payload.event).toMatchObject({ action: 'scan', body: { native: 1 } });
    expect(taken?.payload.text).toBeUndefined();
  });

  test('keeps the digits of its numbers', () => {
    const [taken] = openBody(reads(SCAN), incoming('{"native":12345678901234567890}')).taken;
    expect(taken?.payload.text).toContain('"body":{"native":12345678901234567890}');
  });

  test('needs no repository', () => {
    expect(openBody(reads({ event: { id: '3', action: 'audit' } }), incoming('{}')).taken).toHaveLength(1);
  });
});

describe('a list', () => {
  interface Item extends Message {
    reading: Reading;
  }
  const readings = [PUSH, { refused: 'no good' }, { ignored: 'a test' }, SCAN, { event: { action: 'push' } }];
  const kind: Kind<Item> = {
    ...reads(PUSH),
    list: ({ value }) =>
      messagesOf(value as number[], 'the list is empty', (item) => ({
        value: item,
        reading: readings[item] ?? PUSH,
        body: () => Buffer.from(`[${item}]`),
        find: (root) => (root as unknown[])[item],
      })),
    read: ({ reading }) => reading,
  };

  test('is read message by message, and none affects another', () => {
    const opened = openBody(kind, incoming('[0,1,2,3,4]'));
    expect(opened.taken.map(({ event }) => event.action)).toEqual(['push', 'scan']);
    expect(opened.taken[1]?.payload.event?.body).toBe(3);
    expect(opened.quarantined).toEqual([
      { reason: 'no good', body: Buffer.from('[1]') },
      { reason: 'the repository is missing', body: Buffer.from('[4]') },
    ]);
    expect(opened.note).toBe('a test');
  });

  test('without messages is noted', () => {
    expect(openBody(kind, incoming('[]'))).toEqual({ taken: [], quarantined: [], note: 'the list is empty' });
  });

  test('of more than 10,000 messages is kept whole', () => {
    const most = JSON.stringify(Array.from({ length: 10_000 }, () => 1));
    expect(openBody(kind, incoming(most)).quarantined).toHaveLength(10_000);
    const more = most.replace('[', '[1,');
    const { taken, quarantined } = openBody(kind, incoming(more));
    expect(taken).toEqual([]);
    expect(quarantined).toEqual([{ reason: 'too many events', body: Buffer.from(more) }]);
  });
});

test('a body that is no object is refused, for a kind whose body is one message', () => {
  const { quarantined } = openBody(reads(PUSH), incoming('[1]'));
  expect(quarantined).toEqual([{ reason: 'the body is not an object', body: Buffer.from('[1]') }]);
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
