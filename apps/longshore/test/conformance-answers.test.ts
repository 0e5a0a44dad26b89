/**
 * What a receiver can answer and what comes of it: the part of the registry's behaviour that its own tests leave
 * out. `differs` marks where Longshore does something else on purpose, because there the registry loses events.
 */
import { eventually, type Receiver, type Reply, startReceiver } from '@longshore/testkit';
import { describe, expect, test, vi } from 'vitest';
import { AT_LAST, attemptsOf, metricsOf, patient, relayTo } from './control.js';
import { anEvent, envelope, idsOf, type Relay } from './relay.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const soon = { backoff: '20ms', maxbackoff: '100ms' };

/** One endpoint for each status, at a path of its own; each delivery has two attempts. */
async function answerWith(statuses: number[], reply: (status: number, base: string) => Reply) {
  const receiver: Receiver = await startReceiver(({ url }) => reply(Number(url.slice(1)), receiver.url));
  const endpoints = statuses.map((status) => ({
    name: String(status),
    url: `${receiver.url}/${status}`,
    threshold: 2,
    ...soon,
  }));
  const relay = await relayTo(endpoints);
  const event = anEvent();
  await relay.post(envelope(event));
  const settled = (name: string) =>
    relay.waitFor(({ record, endpoint }) => record === 'delivery.settled' && endpoint === name, {
      timeout: 90_000,
    });
  for (const status of statuses) await settled(String(status));
  const at = (status: number) => receiver.requests.filter(({ url }) => url === `/${status}`);
  return { receiver, relay, event, at, settled };
}

describe('redirects (differs: the registry follows them, and loses the body of 301 to 303 on the way)', () => {
  test('none is followed, each is retried with the body, and no receiver ever gets a GET', async () => {
    const statuses = [301, 302, 303, 307, 308];
    const { receiver, event, at, settled } = await answerWith(statuses, (status, base) => {
      return Number.isNaN(status) ? { status: 200 } : { status, headers: { location: `${base}/login` } };
    });
    for (const status of statuses) {
      expect(await settled(String(status))).toMatchObject({ reason: `http_${status}`, attempts: 2 });
      expect(idsOf(at(status))).toEqual([event.id, event.id]);
    }
    expect(new Set(receiver.requests.map(({ method }) => method))).toEqual(new Set(['POST']));
    expect(receiver.requests.filter(({ url }) => url === '/login')).toEqual([]);
  });

  test('300, 304 and a redirect without a Location are failures too (differs: there they are successes)', async () => {
    const statuses = [300, 302, 304, 307];
    const { at, relay } = await answerWith(statuses, (status) => ({ status }));
    for (const status of statuses) {
      expect(at(status)).toHaveLength(2);
      expect(await metricsOf(relay, String(status))).toMatchObject({ Successes: 0, Failures: 2 });
    }
  });
});

test('every 4xx and 5xx is tried again with the same id, as the same delivery', async () => {
  const statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 501, 502, 503, 504];
  const { at, event } = await answerWith(statuses, (status) => ({ status }));
  for (const status of statuses) {
    const [first, second, ...more] = at(status);
    expect([status, idsOf(at(status)), more]).toEqual([status, [event.id, event.id], []]);
    for (const header of ['idempotency-key', 'x-longshore-delivery']) {
      expect(first?.headers[header]).toMatch(/^[0-9a-f]{32}$/);
      expect(second?.headers[header]).toBe(first?.headers[header]);
    }
    expect(second?.body).toBe(first?.body);
    expect([first, second].map((each) => each?.headers['x-longshore-attempt'])).toEqual(['1', '2']);
  }
});

test('410 is final (differs: the registry retries forever)', async () => {
  const { at, settled } = await answerWith([410], (status) => ({ status }));
  expect(await settled('410')).toMatchObject({ attempts: 1, reason: 'http_410' });
  expect(at(410)).toHaveLength(1);
});

describe('no answer', () => {
  test.each<[string, Reply, string, string]>([
    ['a connection that is reset', 'reset', 'reset', '10s'],
    ['an answer that is no HTTP', { raw: 'hello\r\n\r\n' }, 'protocol', '10s'],
    ['an answer that does not come', 'hang', 'timeout', '500ms'],
  ])('%s is an error and no status, and the event comes again', async (_, reply, reason, timeout) => {
    const receiver = await startReceiver((_request, n) => (n === 1 ? reply : {}));
    const relay = await relayTo([{ name: 'one', url: receiver.url, timeout, ...patient }]);
    const event = anEvent();
    await relay.post(envelope(event));
    await relay.waitFor(({ outcome }) => outcome === 'delivered', AT_LAST);
    expect(attemptsOf(relay, 'one')[0]).toMatchObject({ outcome: 'retry', reason });
    const { Successes, Errors, Failures } = await metricsOf(relay, 'one');
    // On a slow machine the second answer can be late as well.
    expect([Successes, Failures, Errors >= 1]).toEqual([1, 0, true]);
    expect(new Set(idsOf(receiver.requests))).toEqual(new Set([event.id]));
  });

  test('a body that does not end is no failure: the head said 200, and the event is sent once', async () => {
    const receiver = await startReceiver(() => ({ endless: 'x' }));
    const relay = await relayTo([{ name: 'one', url: receiver.url, timeout: '10s', ...patient }]);
    const event = anEvent();
    await relay.post(envelope(event));
    await relay.waitFor(({ outcome }) => outcome === 'delivered', AT_LAST);
    expect(attemptsOf(relay, 'one')[0]).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(await metricsOf(relay, 'one')).toMatchObject({ Successes: 1, Failures: 0, Errors: 0 });
    expect(idsOf(receiver.requests)).toEqual([event.id]);
  });

  test('a receiver that took the event but answered too late gets it again, with the same ids', async () => {
    const receiver = await startReceiver((_, n) => (n === 1 ? { status: 200, delay: 2_000 } : {}));
    const relay = await relayTo([{ name: 'one', url: receiver.url, timeout: '500ms', ...patient }]);
    const event = anEvent();
    await relay.post(envelope(event));
    const [first, second] = await receiver.received(2, AT_LAST);
    expect(idsOf(receiver.requests).slice(0, 2)).toEqual([event.id, event.id]);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    await relay.waitFor(({ outcome }) => outcome === 'delivered', AT_LAST);
    expect(attemptsOf(relay, 'one')[0]).toMatchObject({ outcome: 'retry', reason: 'timeout' });
  });

  test('a sender that did not wait for our answer and sends again makes no second delivery', async () => {
    const receiver = await startReceiver();
    const relay = await relayTo([{ name: 'one', url: receiver.url }]);
    const [event, last] = [anEvent(), anEvent()];
    const answers = await Promise.all([1, 2, 3].map(() => relay.post(envelope(event))));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await relay.post(envelope(last));
    await eventually(() => idsOf(receiver.requests).includes(String(last.id)));
    expect(await metricsOf(relay, 'one')).toMatchObject({ Events: 2, Successes: 2 });
    expect(idsOf(receiver.requests).sort()).toEqual([event.id, last.id].sort());
  });
});

describe('back-off', () => {
  /**
   * Milliseconds to the attempt that was planned after each failed one, which failed between the arrival of its
   * request and its record: `most` counts from the one, `least` from the other, however slow the machine is.
   */
  const delays = (relay: Relay, receiver: Receiver) =>
    attemptsOf(relay, 'one')
      .filter(({ outcome }) => outcome === 'retry')
      .map(({ retryAt, time }, n) => ({
        most: Date.parse(String(retryAt)) - (receiver.requests[n]?.at ?? 0),
        least: Date.parse(String(retryAt)) - Date.parse(String(time)),
      }));

  async function failing(settings: object, times: number, reply: Reply = { status: 500 }) {
    const receiver = await startReceiver((_, n) => (n <= times ? reply : {}));
    const relay = await relayTo([{ name: 'one', url: receiver.url, ...settings }]);
    await relay.post(envelope(anEvent()));
    await relay.waitFor(({ outcome }) => outcome === 'delivered', AT_LAST);
    return { receiver, relay, delays: delays(relay, receiver) };
  }

  /** Up to a fifth more or less than planned. */
  function expectAbout(delay: ReturnType<typeof delays>[number] | undefined, planned: number) {
    expect(delay?.least).toBeLessThanOrEqual(planned * 1.2 + 2);
    expect(delay?.most).toBeGreaterThanOrEqual(planned * 0.8 - 2);
  }

  test('doubles up to maxbackoff (differs: the registry retries at once, then at a fixed pace)', async () => {
    const settings = { backoff: '200ms', maxbackoff: '900ms', threshold: 10 };
    const result = await failing(settings, 5);
    const planned = [200, 400, 800, 900, 900];
    expect(result.delays).toHaveLength(planned.length);
    for (const [n, delay] of result.delays.entries()) expectAbout(delay, planned[n] ?? 0);
    for (const { least } of result.delays) expect(least).toBeLessThanOrEqual(902);
    // Nothing comes before its time.
    const arrivals = result.receiver.requests.map(({ at }) => at).slice(1);
    const times = attemptsOf(result.relay, 'one').map(({ retryAt }) => Date.parse(String(retryAt)));
    for (const [n, at] of arrivals.entries()) expect(at).toBeGreaterThanOrEqual((times[n] ?? 0) - 2);
  });

  test('a schedule replaces it, and its last entry repeats', async () => {
    const { delays } = await failing({ schedule: ['300ms', '20ms'] }, 4);
    const planned = [300, 20, 20, 20];
    for (const [n, delay] of delays.entries()) expectAbout(delay, planned[n] ?? 0);
    expect(delays).toHaveLength(4);
  });

  test.each([429, 503])('Retry-After of a %i lengthens it, but not beyond maxbackoff', async (status) => {
    const reply = { status, headers: { 'retry-after': '3600' } };
    const { delays } = await failing({ backoff: '10ms', maxbackoff: '600ms' }, 1, reply);
    expect(delays[0]?.most).toBeGreaterThan(100);
    expect(delays[0]?.least).toBeLessThanOrEqual(602);
  });

  test('Retry-After of another answer is not heard', async () => {
    const reply = { status: 500, headers: { 'retry-after': '3600' } };
    const { delays } = await failing({ backoff: '10ms' }, 1, reply);
    expectAbout(delays[0], 10);
  });
});
