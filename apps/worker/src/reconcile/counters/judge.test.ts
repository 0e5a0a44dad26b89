/** Counters beside what was received. */
import type { CounterLook, CounterState } from '@longshore/queue/reconcile';
import { expect, test } from 'vitest';
import { judge } from './judge.js';
import { counterWords } from './words.js';

const URL = 'http://registry:5001';
const look = (at: number, [events, successes, pending]: number[], received: number): CounterLook => ({
  ...{ at, received },
  processes: {
    [URL]: { events: events ?? 0, successes: successes ?? 0, pending: pending ?? 0, failures: 0, errors: 0 },
  },
});

/** What each look brings, and the state at the end. */
function looks(...all: CounterLook[]) {
  let state: CounterState = {};
  const brought = all.map((one) => {
    const { state: next, ...rest } = judge(state, one);
    state = next;
    return rest;
  });
  return { brought, state };
}

const QUIET = [look(1, [5, 5, 0], 50), look(2, [5, 5, 0], 50)] as const;

test('counters that grow as what is received agree, whatever was before', () => {
  const { brought, state } = looks(
    ...QUIET,
    look(3, [9, 7, 2], 53),
    look(4, [9, 9, 0], 54),
    look(5, [9, 9, 0], 54),
  );
  expect(brought).toEqual([{}, {}, {}, {}, {}]);
  expect(state).toMatchObject({ agreedSince: 2, anchor: { at: 5 } });
});

test('events that something else answered are missing, once, also while the registry is busy', () => {
  const { brought, state } = looks(
    ...QUIET,
    look(3, [9, 9, 1], 52),
    look(4, [10, 10, 0], 53),
    look(5, [10, 10, 0], 53),
  );
  expect(brought).toEqual([{}, {}, { lost: { events: 2, since: 2, until: 3 } }, {}, {}]);
  expect(state).toMatchObject({ agreedSince: 3, lost: { events: 2, since: 2, until: 3 } });
  expect(state.trouble).toBeUndefined();
});

test('events that the registry dropped are missing', () => {
  const { brought } = looks(...QUIET, look(3, [9, 6, 0], 51), look(4, [9, 6, 0], 51));
  expect(brought).toEqual([{}, {}, {}, { lost: { events: 3, since: 2, until: 4 } }]);
});

test('a process that begins again lost what was in its queue, and counting begins again', () => {
  const { brought, state } = looks(
    ...QUIET,
    look(3, [9, 6, 3], 51),
    look(4, [1, 1, 0], 52),
    look(5, [1, 1, 0], 52),
  );
  expect(brought[3]).toEqual({ restarted: { since: 3, until: 4, pending: 3 } });
  expect(state).toMatchObject({ before: { at: 3, pending: 3 }, agreedSince: 5 });
});

test('more received than counted is no loss, and is said', () => {
  const { brought, state } = looks(...QUIET, look(3, [6, 6, 0], 60), look(4, [6, 6, 0], 60));
  expect(brought).toEqual([{}, {}, {}, {}]);
  expect(state.trouble).toContain('registries[].debug');
});

test('a count of what was received that Redis has forgotten is no loss', () => {
  const { brought, state } = looks(...QUIET, look(3, [6, 6, 0], 1), look(4, [6, 6, 0], 1));
  expect(brought).toEqual([{}, {}, {}, {}]);
  expect(state).toMatchObject({ agreedSince: 4, anchor: { at: 4 } });
});

test('another set of processes is counted from its own first quiet moment', () => {
  const other = { ...look(3, [0, 0, 0], 50), processes: {} };
  expect(looks(...QUIET, other).state).toMatchObject({ anchor: undefined, agreedSince: undefined });
});

test('a comparison says what the counters say of its span', () => {
  const span = { since: 1_000, until: 5_000 };
  expect(counterWords(undefined, span)).toContain('not read');
  expect(counterWords({}, span)).toContain('no quiet moment');
  expect(counterWords({ agreedSince: 500 }, span)).toBe('its counters agree');
  expect(counterWords({ agreedSince: 2_000 }, span)).toBe(
    'its counters agree since 1970-01-01T00:00:02.000Z',
  );
  expect(counterWords({ agreedSince: 500, trouble: 'no answer' }, span)).toContain('no answer');
  const lost = { events: 2, since: 2_000, until: 3_000 };
  expect(counterWords({ agreedSince: 3_000, lost }, span)).toContain('2 events did not arrive');
  expect(counterWords({ agreedSince: 3_000, lost }, { since: 4_000, until: 5_000 })).toBe(
    'its counters agree',
  );
});
