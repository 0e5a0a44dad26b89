import { type Delivery, deliveryOf, EVENTS_V2, takenOf } from '@longshore/event';
import { expect, test } from 'vitest';
import { encodeBody } from './body/body.js';
import { decodeJob, JOB_VERSION, jobJson, jobName, settlementFrom } from './job.js';
import { aDelivery, dataOfVersion1 } from './testing/deliveries.js';

const JOB_DATA: unknown = JSON.parse(jobJson('ref'));
const delivery = aDelivery('one');
const first = JSON.parse(JSON.stringify(dataOfVersion1(delivery)));
const decode = (data: unknown, body: Buffer | null = null) => decodeJob(delivery.id, 'one', data, body);

/** As it lies in Redis. */
async function bodyOf(payload = delivery.payload): Promise<Buffer> {
  const { data } = await encodeBody({ ...delivery, payload });
  return Buffer.concat([Buffer.alloc(4), data]);
}

test('a delivery is read from its body as it was', async () => {
  const read = decode(JOB_DATA, await bodyOf());
  expect(read).toEqual(delivery);
  expect(read).toMatchObject({
    contentType: EVENTS_V2,
    payload: { json: JSON.stringify(delivery.payload.event) },
  });
});

test('what makes an event the same as another is kept, so that its id at any endpoint is known', async () => {
  const taken = { ...takenOf(delivery), dedupe: 'urn:registry 1' };
  const { data } = await encodeBody(deliveryOf(taken, 'one'));
  const read = decodeJob('id', 'one', JOB_DATA, Buffer.concat([Buffer.alloc(4), data]));
  if ('fault' in read) throw new Error(read.fault);
  expect(deliveryOf(takenOf(read), 'two').id).toBe(deliveryOf(taken, 'two').id);
  expect(deliveryOf(takenOf(read), 'two').id).not.toBe(deliveryOf(takenOf(delivery), 'two').id);
});

test('what was stored before there were versions is version 1', () => {
  const { v: _, ...old } = first;
  expect(decode(first)).toEqual(delivery);
  expect(decode(old)).toEqual(delivery);
});

test('the payload is handed on as it is, with members of any name', async () => {
  const event = JSON.parse('{"__proto__":{"a":1},"10":1,"2":[{"deep":{}}],"":null}');
  for (const read of [decode({ ...first, payload: { event } }), decode(JOB_DATA, await bodyOf({ event }))]) {
    expect(JSON.stringify('payload' in read && read.payload)).toBe(JSON.stringify({ event }));
  }
});

test('a payload with numbers that a double cannot hold keeps its text', async () => {
  const payload = { event: { size: 2 ** 53 }, text: '{ "size": 9007199254740993 }\n' };
  expect(decode(JOB_DATA, await bodyOf(payload))).toMatchObject({ payload });
});

test('a newer version says so, whatever else is in it', () => {
  for (const data of [{ ...first, v: 99 }, { v: JOB_VERSION + 1 }]) {
    expect(decode(data)).toEqual({ isNewer: true, fault: expect.stringContaining(String(data.v)) });
  }
});

test('an event of a class that this version does not know is of a newer one', async () => {
  const { data } = await encodeBody({ ...delivery, class: 'tomorrow' as Delivery['class'] });
  const body = Buffer.concat([Buffer.alloc(4), data]);
  expect(decode(JOB_DATA, body)).toEqual({ isNewer: true, fault: expect.stringContaining('tomorrow') });
});

test.each([
  [null, 'its data'],
  ['text', 'its data'],
  [{}, 'eventId'],
  [{ ...first, payload: null }, 'payload'],
  [{ ...first, payload: {} }, 'payload'],
  [{ ...first, payload: { event: [] } }, 'payload.event'],
  [{ ...first, view: {} }, 'view.action'],
  [{ ...first, v: 0 }, 'v'],
  [{ ...first, class: 'another' }, 'class'],
])('%j is damaged, and the fault names %s', (data, place) => {
  expect(decode(data)).toEqual({ isNewer: false, fault: expect.stringMatching(new RegExp(`^${place}:`)) });
});

test('without its body, or with a damaged one, it is damaged', async () => {
  expect(decode(JOB_DATA)).toEqual({ isNewer: false, fault: 'its body is missing' });
  const body = await bodyOf();
  for (const damaged of [Buffer.alloc(0), body.subarray(0, 20), body.fill(0, 8, 9)]) {
    expect(decode(JOB_DATA, damaged)).toEqual({
      isNewer: false,
      fault: expect.stringMatching(/^its body: /),
    });
  }
});

test('a name is never longer than 64 bytes', () => {
  const named = (repository: string) => jobName({ ...delivery, view: { action: 'push', repository } });
  expect(named('acme/app')).toBe('push acme/app');
  for (const repository of ['x'.repeat(200), 'ä'.repeat(40), `x${'ä'.repeat(40)}`, '🐳'.repeat(30)]) {
    expect(Buffer.byteLength(named(repository))).toBeLessThanOrEqual(64);
    expect(named(repository).slice(5)).toBe(repository.slice(0, named(repository).length - 5));
  }
});

test('a settlement is read, also the text that it was before', () => {
  expect(settlementFrom('"ignored: tag"')).toEqual({ settled: 'ignored: tag' });
  expect(settlementFrom('{"settled":"delivered"}')).toEqual({ settled: 'delivered' });
  expect(settlementFrom('null')).toEqual({});
  expect(settlementFrom(null)).toEqual({});
});
