/** Events become durable deliveries, and what is recorded of them adds up, also when Redis fails in the middle. */
import { LongshoreError } from '@longshore/event';
import { redisUrl, startTcpProxy } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { anEndpoint, anEvent, aPublish, contextOf } from './testing/publishing.js';

const FAN_OUT = 24;
/** With {@link FAN_OUT} endpoints: more deliveries than one script adds. */
const EVENTS = 4;
/** Of the bytes of so many deliveries: the first script, of 64, is two thirds of them. */
const IN_THE_SECOND_SCRIPT = 0.85;

test('each event goes to each endpoint that wants it, with one record and a note for each', async () => {
  const relay = await aPublish();
  const pushes = { ...anEndpoint('two').ignore, actions: ['push'] };
  const endpoints = [anEndpoint('one'), anEndpoint('two', { ignore: pushes }), anEndpoint('three')];
  const events = [anEvent(), anEvent()];
  const counts = { accepted: 2, enqueued: 4, duplicates: 0, ignored: 2 };
  expect(await relay.publish(events, contextOf(endpoints, { remote: '10.0.0.1' }))).toEqual(counts);
  expect(relay.lines.filter(({ record }) => record === 'event.received')).toMatchObject([counts]);
  expect(relay.noted).toMatchObject(
    events.map(({ event }) => ({
      step: 'received',
      eventId: event.id,
      remote: '10.0.0.1',
      planned: [{ endpoint: 'one' }, { endpoint: 'three' }],
      ignored: [{ endpoint: 'two', rule: 'action' }],
    })),
  );
  const again = { accepted: 2, enqueued: 0, duplicates: 4, ignored: 2 };
  expect(await relay.publish(events, contextOf(endpoints))).toEqual(again);
  expect(await relay.enqueued()).toBe(4);
  expect(await relay.waiting(['one', 'two', 'three'])).toBe(4);
});

test('equal facts are collapsed where the endpoint asks for it, and the note names the delivery that is made', async () => {
  const relay = await aPublish();
  const endpoints = [anEndpoint('one', { collapse: 60_000 }), anEndpoint('two')];
  const counts = await relay.publish([anEvent(), anEvent()], contextOf(endpoints));
  expect(counts).toEqual({ accepted: 2, enqueued: 3, duplicates: 0, ignored: 0, collapsed: 1 });
  expect(relay.noted[1]).toMatchObject({
    planned: [{ endpoint: 'two' }],
    ignored: [{ endpoint: 'one', rule: expect.stringMatching(/^collapse, same as delivery [\da-f]{32}$/) }],
  });
});

test('of thirty pushes of a tag that wait, one is left, and the others are recorded as superseded by a newer one', async () => {
  const relay = await aPublish();
  const context = contextOf([anEndpoint('one', { latest: 'tag' }), anEndpoint('two')]);
  const pushes = Array.from({ length: 30 }, () => anEvent());
  const untagged = { ...anEvent(), event: { ...anEvent().event, target: { repository: 'acme/app' } } };
  for (const push of pushes) {
    expect(await relay.publish([push], context)).toMatchObject({ enqueued: 2, duplicates: 0 });
  }
  await relay.publish([untagged], context);
  expect(await relay.waiting(['one'])).toBe(2);
  expect(await relay.waiting(['two'])).toBe(31);

  const ids = pushes.map((push) => relay.jobKey('one', push).split(':').at(-1));
  const chain = pushes.slice(0, -1).map(({ event }, n) => ({
    eventId: event.id,
    deliveryId: ids[n],
    by: ids[n + 1],
    endpoint: 'one',
    repository: 'acme/app',
    tag: '1.0',
  }));
  expect(relay.lines.filter(({ record }) => record === 'delivery.superseded')).toMatchObject(chain);
  expect(relay.noted.filter(({ step }) => step === 'settled')).toMatchObject(
    chain.map(({ eventId, deliveryId, by }) => ({
      ...{ eventId, deliveryId, outcome: 'superseded', supersededBy: by, source: 'distribution' },
    })),
  );
  expect(await relay.superseded()).toBe(29);
  // The sender repeats a request: its id is known, and nothing is recorded twice.
  const again = await relay.publish(pushes.slice(0, 5), context);
  expect(again).toMatchObject({ enqueued: 0, duplicates: 10 });
  expect(await relay.superseded()).toBe(29);
});

test('the note of an event that was kept first says when it came and when it became durable', async () => {
  const relay = await aPublish();
  const event = { ...anEvent(), dedupe: 'a/7' };
  event.event.actor = { name: 'ci' };
  await relay.publish([event], contextOf([anEndpoint('one')], { receivedAt: 1_000 }));
  await relay.publish([event], contextOf([anEndpoint('one')]));
  const about = { eventId: event.event.id, dedupe: 'a/7', actor: 'ci' };
  expect(relay.noted).toMatchObject([{ ...about, at: 1_000, takenAt: expect.any(Number) }, about]);
  expect(relay.noted[1]).not.toHaveProperty('takenAt');
});

test('room is asked for what comes from outside, and nothing is stored without it', async () => {
  const asked: number[] = [];
  const full = {
    fits: () => true,
    assertTakes(bytes: number) {
      asked.push(bytes);
      throw new LongshoreError('QUEUE_FULL', 'full');
    },
  };
  const relay = await aPublish(redisUrl(), full);
  const endpoints = [anEndpoint('one'), anEndpoint('two')];
  const published = relay.publish([anEvent()], contextOf(endpoints, { bytes: 500, beside: 7 }));
  await expect(published).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  expect(asked).toEqual([500 + 2 * 1_024 + 7]);
  expect([relay.lines, relay.noted]).toEqual([[], []]);
  expect(await relay.waiting(['one', 'two'])).toBe(0);
});

test.each([
  ['breaks the connection', { answers: true }],
  ['stores deliveries and breaks the connection before it answers', { answers: false }],
])('enqueued adds up when Redis %s in the middle of a fan-out', async (_, how) => {
  const proxy = await startTcpProxy(Number(new URL(redisUrl()).port));
  const relay = await aPublish(`redis://127.0.0.1:${proxy.port}`);
  const names = Array.from({ length: FAN_OUT }, (_, n) => `e${n}`);
  const context = contextOf(names.map((name) => anEndpoint(name)));
  const some = () => Array.from({ length: EVENTS }, () => anEvent());
  // Opens the queues, so that what follows are the deliveries alone; they are compact, so they are weighed first.
  await relay.publish([anEvent()], context);
  const passed = proxy.passed();
  await relay.publish(some(), context);
  const bytes = proxy.passed() - passed;
  const [before, waited] = [relay.lines.length, await relay.waiting(names)];

  const events = some();
  const all = EVENTS * FAN_OUT;
  proxy.breakAfter(IN_THE_SECOND_SCRIPT * bytes, how);
  const refused = relay.publish(events, context);
  await expect(refused).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  await relay.connected();

  const [partial] = relay.lines.slice(before);
  const known = Number(partial?.enqueued ?? 0);
  if (how.answers) {
    const accepted = Math.ceil(known / FAN_OUT);
    const missing = accepted * FAN_OUT - known;
    expect(partial).toMatchObject({ record: 'event.received', accepted, missing });
    expect(known).toBeGreaterThan(0);
    expect(relay.noted.at(-1)).toMatchObject({ eventId: events[accepted - 1]?.event.id });
  } else expect(partial).toBeUndefined();
  const stored = (await relay.waiting(names)) - waited;
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(all);

  // The same events again complete the set. What was stored without an answer counts now, and once.
  const { enqueued, duplicates } = await relay.publish(events, context);
  expect([enqueued, duplicates]).toEqual([all - known, known]);
  expect(await relay.publish(events, context)).toMatchObject({ enqueued: 0, duplicates: all });
  expect(await relay.waiting(names)).toBe(waited + all);
  expect(await relay.enqueued()).toBe(waited + all);
});

test('what an add superseded counts, and once, when Redis breaks the connection before it answers', async () => {
  const proxy = await startTcpProxy(Number(new URL(redisUrl()).port));
  const relay = await aPublish(`redis://127.0.0.1:${proxy.port}`);
  const names = Array.from({ length: EVENTS * FAN_OUT }, (_, n) => `e${n}`);
  const context = contextOf(names.map((name) => anEndpoint(name, { latest: 'tag' })));
  await relay.publish([anEvent()], context);
  const passed = proxy.passed();
  await relay.publish([anEvent()], context);
  expect(await relay.superseded()).toBe(names.length);

  const event = anEvent();
  proxy.breakAfter(IN_THE_SECOND_SCRIPT * (proxy.passed() - passed), { answers: false });
  await expect(relay.publish([event], context)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  await relay.connected();
  expect(await relay.superseded()).toBeLessThan(2 * names.length);
  await relay.publish([event], context);
  expect(await relay.superseded()).toBe(2 * names.length);
  expect(await relay.waiting(names)).toBe(names.length);
});
