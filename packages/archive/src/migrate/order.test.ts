import { expect, test } from 'vitest';
import { lastPulledFirst } from './order.js';

test('what was pulled last comes first, then what was never pulled, and side tags at the end', () => {
  const tag = (name: string, pulledAt?: string, isSide = false) => ({
    ...{ source: 's', host: 'h', repository: 'acme/app', tag: name, digest: 'sha256:0', isSide },
    ...(pulledAt !== undefined && { pulledAt }),
  });
  const tags = [
    tag('never-b'),
    tag('never-a'),
    tag('old', '2026-11-01T00:00:00Z'),
    tag('sha256-0.sig', '2026-11-22T00:00:00Z', true),
    tag('new', '2026-11-21T00:00:00.123456Z'),
  ];
  const order = ['new', 'old', 'never-a', 'never-b', 'sha256-0.sig'];
  expect(lastPulledFirst(tags).map((one) => one.tag)).toEqual(order);
});
