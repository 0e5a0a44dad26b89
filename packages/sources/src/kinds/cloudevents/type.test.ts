import { expect, test } from 'vitest';
import { openWith } from '../../testing/contract.js';
import { cloudevents } from './index.js';

test.each([
  ['com.example.image.pushed', 'push'],
  ['Pushed', 'push'],
  [`${'a'.repeat(1_000_000)}.`, undefined],
  [`${'a.'.repeat(500_000)}`, undefined],
])('the last word of a type is its action, and a long one takes no time (case %#)', (type, action) => {
  const event = {
    specversion: '1.0',
    id: '1',
    source: 's',
    type,
    data: { repository: 'team/api', tag: '1' },
  };
  const headers = { 'content-type': 'application/cloudevents+json' };
  const body = Buffer.from(JSON.stringify(event));
  const { taken } = openWith(cloudevents, { method: 'POST', path: '/', headers, body, receivedAt: 0 });
  expect(taken[0]?.event.action).toBe(action);
});
