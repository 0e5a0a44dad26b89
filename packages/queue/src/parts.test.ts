import type { Delivery } from '@longshore/event';
import { expect, test } from 'vitest';
import { PART_BYTES, partsOf, sizesOf } from './parts.js';
import { aDelivery } from './testing/deliveries.js';

const withBody = (length: number, endpoints: number): Delivery[] => {
  const payload = { event: { id: 'e', text: 'x'.repeat(length) } } as unknown as Delivery['payload'];
  return Array.from({ length: endpoints }, (_, n) => ({ ...aDelivery(`e${n}`), payload }));
};

test('a large event to many endpoints goes out in parts of bounded size', () => {
  const deliveries = withBody(PART_BYTES / 4, 30);
  const parts = partsOf(deliveries, sizesOf(deliveries, PART_BYTES / 4));
  expect(parts.flatMap((part) => part.deliveries)).toEqual(deliveries);
  expect(parts).toHaveLength(10);
  for (const { bytes } of parts) expect(bytes).toBeLessThanOrEqual(PART_BYTES);
});

test('a delivery above the bound is a part of its own', () => {
  const deliveries = [...withBody(PART_BYTES * 2, 3), ...withBody(10, 3)];
  expect(
    partsOf(deliveries, sizesOf(deliveries, PART_BYTES * 3)).map((part) => part.deliveries.length),
  ).toEqual([1, 1, 1, 3]);
});

test('small deliveries beside a large one in the same request are not sent one by one', () => {
  const deliveries = [...withBody(PART_BYTES, 1), ...withBody(100, 1_000)];
  expect(partsOf(deliveries, sizesOf(deliveries, PART_BYTES * 2)).length).toBeLessThan(6);
});

test('a usual request is one part, and its payloads are not measured', () => {
  const deliveries = withBody(1_500, 100);
  const parts = partsOf(deliveries, sizesOf(deliveries, 1_500));
  expect(parts).toHaveLength(1);
  expect(parts[0]?.bytes).toBeGreaterThan(150_000);
});
