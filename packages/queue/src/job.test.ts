import { expect, test } from 'vitest';
import { decodeJob, deliveryFrom, JOB_VERSION, jobData } from './job.js';
import { aDelivery } from './testing/deliveries.js';

const delivery = aDelivery('one');
const stored = JSON.parse(JSON.stringify(jobData(delivery)));
const decode = (data: unknown) => decodeJob(delivery.id, 'one', data);

test('a stored delivery has a version and is read back as it was', () => {
  expect(stored.v).toBe(JOB_VERSION);
  expect(decode(stored)).toEqual(delivery);
});

test('what was stored before there were versions is version 1', () => {
  const { v: _, ...old } = stored;
  expect(decode(old)).toEqual(delivery);
});

test('the payload is handed on as it is, with members of any name', () => {
  const event = JSON.parse('{"__proto__":{"a":1},"10":1,"2":[{"deep":{}}],"":null}');
  const read = deliveryFrom(delivery.id, 'one', { ...stored, payload: { event } });
  expect(JSON.stringify(read?.payload)).toBe(JSON.stringify({ event }));
});

test('a newer version says so, whatever else is in it', () => {
  for (const data of [{ ...stored, v: 99 }, { v: JOB_VERSION + 1 }]) {
    expect(decode(data)).toEqual({ isNewer: true, fault: expect.stringContaining(String(data.v)) });
    expect(deliveryFrom(delivery.id, 'one', data)).toBeUndefined();
  }
});

test.each([
  [null, 'its data'],
  ['text', 'its data'],
  [{}, 'eventId'],
  [{ ...stored, payload: null }, 'payload'],
  [{ ...stored, payload: {} }, 'payload'],
  [{ ...stored, payload: { event: [] } }, 'payload.event'],
  [{ ...stored, view: {} }, 'view.action'],
  [{ ...stored, v: 0 }, 'v'],
  [{ ...stored, class: 'another' }, 'class'],
])('%j is damaged, and the fault names %s', (data, place) => {
  expect(decode(data)).toEqual({ isNewer: false, fault: expect.stringMatching(new RegExp(`^${place}:`)) });
});
