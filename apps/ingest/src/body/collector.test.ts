import { expect, test } from 'vitest';
import { Collector } from './collector.js';

const anything = () => true;

test('chunks of one byte become one buffer, with room claimed for little more than it has', () => {
  let claimed = 0;
  const collector = new Collector(2 ** 20, (bytes) => {
    claimed = bytes;
    return true;
  });
  for (let byte = 0; byte < 100_000; byte += 1) collector.add(Buffer.from([byte & 0xff]));
  expect(collector.body.length).toBe(100_000);
  expect(collector.body[99_999]).toBe(99_999 & 0xff);
  expect(claimed).toBeLessThanOrEqual(200_000);
});

test('the only chunk of a body is the body', () => {
  const chunk = Buffer.from('whole');
  const collector = new Collector(100, anything, 5);
  expect(collector.add(chunk)).toBe(true);
  expect(collector.body.buffer).toBe(chunk.buffer);
});

test('one byte more than the most is refused, the most is not', () => {
  const collector = new Collector(6, anything);
  expect([collector.add(Buffer.from('four')), collector.add(Buffer.from('of'))]).toEqual([true, true]);
  expect(collector.add(Buffer.from('5'))).toBe(false);
  expect(collector.body.toString()).toBe('fourof');
});

test('without room it says so', () => {
  const collector = new Collector(100, () => false);
  expect(() => collector.add(Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'SOURCE_BUSY' }));
});
