import { describe, expect, test } from 'vitest';
import { createRates } from './rates.js';

/** How many of `tries` requests at once are accepted, after so many milliseconds. */
function accepting(count: number, perMs: number) {
  let clock = 1_000;
  const source = { name: 'main', rate: { count, perMs } };
  const rates = createRates(
    () => [source as never],
    () => clock,
  );
  return (waited: number, tries: number, name = 'main'): number => {
    clock += waited;
    const isAccepted = () => {
      try {
        rates.count(name);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'SOURCE_RATE' });
        return false;
      }
    };
    return Array.from({ length: tries }, isAccepted).filter(Boolean).length;
  };
}

describe('a rate', () => {
  test('a burst is one second’s worth, then requests are spread', () => {
    const accept = accepting(10, 1_000);
    expect(accept(0, 100)).toBe(10);
    expect(accept(99, 100)).toBe(0);
    expect(accept(1, 100)).toBe(1);
    expect(accept(500, 100)).toBe(5);
    expect(accept(60_000, 100)).toBe(10);
  });

  test('below one a second there is no burst', () => {
    const accept = accepting(30, 60_000);
    expect(accept(0, 5)).toBe(1);
    expect(accept(1_999, 5)).toBe(0);
    expect(accept(1, 5)).toBe(1);
    expect(accept(600_000, 5)).toBe(1);
  });

  test('a source without one is not limited', () => {
    expect(accepting(1, 1_000)(0, 50, 'other')).toBe(50);
  });
});
