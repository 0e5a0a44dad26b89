import { deliveryOf } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import type { SourceOptions } from '../../options.js';
import { openWith } from '../../testing/contract.js';
import { cloudevents } from './index.js';

const EVENT = {
  specversion: '1.0',
  id: '1',
  source: 'https://registry.example.com',
  type: 'com.example.image.stored',
  data: { repository: 'team/api', tag: 'v1' },
};

function open(options: SourceOptions, changed: object = {}, headers: Record<string, string> = {}) {
  const body = Buffer.from(JSON.stringify({ ...EVENT, ...changed }));
  const raw = { method: 'POST', path: '/', headers, body, receivedAt: 0 };
  return openWith(cloudevents, raw, false, options);
}

const actionOf = (options: SourceOptions, type = EVENT.type) => {
  const { taken, note } = open(options, { type });
  return taken[0]?.event.action ?? note;
};

describe('types', () => {
  test.each([
    ['com.example.image.pushed', 'push'],
    ['com.example.image.delete', 'delete'],
    ['com.example.image-pulled', 'pull'],
    ['PUSH', 'push'],
    ['com.example.image.stored', 'com.example.image.stored'],
    ['com.example.pushed.again', 'com.example.pushed.again'],
    ['unpushed', 'unpushed'],
  ])('without any, %s is %s', (type, action) => {
    expect(actionOf({}, type)).toBe(action);
  });

  test('say what a type means, exactly or by its beginning, the longest first', () => {
    const types = {
      [EVENT.type]: 'push',
      'com.example.*': 'other',
      'com.example.image.*': 'delete',
    } as const;
    expect(actionOf({ types })).toBe('push');
    expect(actionOf({ types }, 'com.example.image.pushed')).toBe('delete');
    expect(actionOf({ types }, 'com.example.chart.pushed')).toBe('com.example.chart.pushed');
    expect(actionOf({ types }, 'org.example.chart.pushed')).toBe('push');
    expect(actionOf({ types: { '*': 'ignore' } })).toBe('the type is ignored by the options of the source');
  });

  test('cannot make an action of what is said to be none', () => {
    const { taken } = open({ types: { push: 'other' } }, { type: 'push' });
    expect(taken[0]?.event).toMatchObject({ class: 'other', action: 'cloudevents:push', nativeType: 'push' });
  });

  test('that look like a member of every object are types', () => {
    expect(actionOf({ types: { a: 'push' } }, 'constructor')).toBe('constructor');
  });
});

describe('fields', () => {
  const data = { image: [{ 'full/name': 'team/web' }], sizes: { '~': 5 }, by: 'ci', where: 'r.example.com' };
  const fields = {
    repository: '/data/image/0/full~1name',
    size: '/data/sizes/~0',
    actor: '/data/by',
    host: '/data/where',
    tag: '/subject',
    digest: '/data/nothing/there',
  };

  test('are read where the pointers lead', () => {
    expect(open({ fields }, { data, subject: 'v2', type: 'push' }).taken[0]?.event).toMatchObject({
      target: { repository: 'team/web', size: 5, tag: 'v2' },
      actor: { name: 'ci' },
      request: { host: 'r.example.com' },
    });
  });

  test('lead into an event of binary mode too', () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-type': 'push', 'ce-team': 'a%2Fb' };
    const { taken } = open({ fields: { repository: '/team', tag: '/data/data/tag' } }, {}, headers);
    expect(taken[0]?.event.target).toEqual({ repository: 'a/b', tag: 'v1' });
  });
});

test('the host of the options stands in for one that the event does not name', () => {
  const host = 'set.example.com';
  expect(open({ host }, { type: 'push' }).taken[0]?.event.request).toEqual({ host });
  const data = { ...EVENT.data, registry: 'named.example.com' };
  expect(open({ host }, { type: 'push', data }).taken[0]?.event.request).toEqual({
    host: 'named.example.com',
  });
});

test('the same id of two senders is two deliveries, and of one sender one', () => {
  const idOf = (source: string) => {
    const [taken] = open({}, { source }).taken;
    return taken && [taken.event.id, deliveryOf(taken, 'one').id];
  };
  expect(idOf('a')).toEqual(idOf('a'));
  expect(idOf('a')?.[0]).toBe(idOf('b')?.[0]);
  expect(idOf('a')?.[1]).not.toBe(idOf('b')?.[1]);
});
