import { describe, expect, test } from 'vitest';
import { handleOf, type PartState, readState, resultOf } from './states.js';
import type { Failed } from './targets/target.js';

const failed = (retryable: boolean): Failed => ({
  state: 'failed',
  reason: 'http_503',
  detail: 'busy',
  retryable,
});
const state = (some: Partial<PartState> = {}): PartState => ({
  at: 1_000,
  run: 'this',
  attempt: 1,
  result: { state: 'warmed', verified: true },
  ...some,
});
const now = { run: 'this', attempt: 1, since: 500 };

describe('a part is not asked for again', () => {
  test.each<[string, PartState, Partial<typeof now>]>([
    ['warmed in this run', state(), {}],
    ['warmed by another run, lately', state({ run: 'other' }), {}],
    ['warmed in this run, whatever the clocks say', state({ at: 0 }), {}],
    ['failed in this attempt', state({ result: failed(true) }), {}],
    ['failed for good in an earlier attempt', state({ result: failed(false) }), { attempt: 2 }],
  ])('%s', (_, known, moment) => {
    expect(resultOf(known, { ...now, ...moment })).toBe(known);
  });
});

describe('a part is asked for again', () => {
  test.each<[string, PartState | undefined, Partial<typeof now>]>([
    ['never asked for', undefined, {}],
    ['warmed by another run, long ago', state({ run: 'other', at: 100 }), {}],
    ['failed in an earlier attempt', state({ result: failed(true) }), { attempt: 2 }],
    ['failed for good in another run', state({ result: failed(false), run: 'other' }), {}],
    ['under way', state({ result: { state: 'pending', pollAt: 1, handle: 'h' } }), {}],
    ['one of the items failed', state({ items: [['a', failed(true)]] }), { attempt: 2 }],
  ])('%s', (_, known, moment) => {
    expect(resultOf(known, { ...now, ...moment })).toBeUndefined();
  });
});

test('work that goes on is taken up by its handle, for a day', () => {
  const pending = state({ result: { state: 'pending', pollAt: 1, handle: 'h' } });
  expect(handleOf(pending, 2_000)).toBe('h');
  expect(handleOf(pending, 1_000 + 86_400_001)).toBeUndefined();
  expect(handleOf(state(), 2_000)).toBeUndefined();
});

test('what cannot be read counts as nothing', () => {
  expect(readState(JSON.stringify(state()))).toEqual(state());
  for (const text of ['', '{', '{}', '{"at":1}', 'null']) expect(readState(text)).toBeUndefined();
  const changed = (some: object) => readState(JSON.stringify({ ...state(), ...some }));
  expect(changed({ v: 1 })).toEqual(state());
  for (const some of [{ v: 2 }, { at: '1' }, { result: { state: 'moved' } }, { items: [['a', {}]] }]) {
    expect(changed(some)).toBeUndefined();
  }
});
