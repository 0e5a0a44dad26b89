/** Restarts of a registry, by the processes that sent events. */
import type { CounterState, Sender } from '@longshore/queue/reconcile';
import { expect, test } from 'vitest';
import { restartsIn } from './restarts.js';

const sender = (addr: string, instance: string, firstAt: number, lastAt: number, known = true): Sender => ({
  ...{ id: `${addr} ${instance}`, addr, instance, firstAt, lastAt, known },
});

const A = sender('a:5000', 'a1', 0, 100);
const B = sender('b:5000', 'b1', 0, 190);

test.each<[string, Sender[], { since: number; until: number }[]]>([
  ['the first look at a source knows none', [sender('a:5000', 'a1', 0, 100, false)], []],
  ['no process is new', [A, B], []],
  [
    'its place is taken by another one, whatever others send',
    [A, B, sender('a:5000', 'a2', 150, 160, false)],
    [{ since: 100, until: 150 }],
  ],
  [
    'a new address may replace one that is silent',
    [A, B, sender('c:5000', 'c1', 150, 160, false)],
    [{ since: 100, until: 150 }],
  ],
  [
    'a new address beside those that still send is one more',
    [B, sender('c:5000', 'c1', 150, 160, false)],
    [],
  ],
])('%s', (_, senders, expected) => expect(restartsIn(senders)).toEqual(expected));

test('a look at the counters in between says what was in the queue', () => {
  const senders = [A, sender('a:5000', 'a2', 150, 160, false)];
  const at = (pending: number): CounterState => ({ before: { at: 140, pending } });
  expect(restartsIn(senders, at(0))).toEqual([{ since: 140, until: 150, pending: 0 }]);
  expect(restartsIn(senders, at(7))).toEqual([{ since: 100, until: 150, pending: 7 }]);
  expect(restartsIn(senders, { before: { at: 90, pending: 0 } })).toEqual([{ since: 100, until: 150 }]);
});
