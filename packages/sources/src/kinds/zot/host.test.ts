import { expect, test } from 'vitest';
import { openWith } from '../../testing/contract.js';
import { zot } from './index.js';

const EVENT =
  '{"specversion":"1.0","id":"1","type":"zotregistry.image.deleted","data":{"name":"a","reference":"1"}}';

test('the host is known only from the options', () => {
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(EVENT), receivedAt: 0 };
  expect(openWith(zot, raw).taken[0]?.event.request).toBeUndefined();
  const { taken } = openWith(zot, raw, false, { host: 'zot.example.com' });
  expect(taken[0]?.event.request).toEqual({ host: 'zot.example.com' });
});
