import { expect, test } from 'vitest';
import { createBudget } from './budget.js';

test('shares fit until the limit is reached, and again when one is released', () => {
  const budget = createBudget(() => 100);
  const [one, two, three] = [budget.open('a'), budget.open('b'), budget.open('c')];
  expect([one.grow(60), two.grow(40), three.grow(1)]).toEqual([true, true, false]);
  expect(budget.used).toBe(100);
  two.release();
  expect(three.grow(40)).toBe(true);
  expect(one.grow(61)).toBe(false);
  expect(budget.used).toBe(100);
});

test('a share that is alone may have any size, and then no other fits', () => {
  const budget = createBudget(() => 100);
  const [one, two] = [budget.open('a'), budget.open('b')];
  expect([one.grow(50), one.grow(500), two.grow(1)]).toEqual([true, true, false]);
  one.release();
  expect(two.grow(1)).toBe(true);
});

test('a share never shrinks, is given back once, and does not grow afterwards', () => {
  const budget = createBudget(() => 100);
  const one = budget.open('a');
  expect([one.grow(50), one.grow(10)]).toEqual([true, true]);
  expect(budget.used).toBe(50);
  one.release();
  one.release();
  expect(budget.used).toBe(0);
  expect(one.grow(1)).toBe(false);
  expect(budget.used).toBe(0);
});

test('the limit may change while shares are open', () => {
  let limit = 10;
  const budget = createBudget(() => limit);
  const [one, two] = [budget.open('a'), budget.open('b')];
  expect([one.grow(10), two.grow(10)]).toEqual([true, false]);
  limit = 20;
  expect(two.grow(10)).toBe(true);
});

test('several shares of one sender get half of the limit, and the other half stays for others', () => {
  const budget = createBudget(() => 100);
  const [first, second, other] = [budget.open('a'), budget.open('a'), budget.open('b')];
  expect([first.grow(30), second.grow(21), second.grow(20)]).toEqual([true, false, true]);
  expect([other.grow(50), budget.used]).toEqual([true, 100]);
  first.release();
  expect([second.grow(51), second.grow(50)]).toEqual([false, true]);
  second.release();
  other.release();
  expect([budget.used, budget.open('a').grow(100)]).toEqual([0, true]);
});
