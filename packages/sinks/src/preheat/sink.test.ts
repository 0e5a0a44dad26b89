/** What the sink answers, and what it tells of it. Over processes and crashes: the tests of apps/longshore. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { anAttempt } from '../testing/builders.js';
import { aPreheatSink, aPush, IMAGE, preheatOptionsAt, serving } from '../testing/preheat.js';
import { type Answer, answering, receiver } from '../testing/receiver.js';

const at = async (answer: Answer, some: Parameters<typeof aPreheatSink>[1] = {}) => {
  const server = await receiver(answer);
  const url = new URL(server.url).origin;
  return { server, url, ...aPreheatSink(url, some) };
};

describe('an image', () => {
  test('is delivered when each part is warm, with a table of them', async () => {
    const { sink, runs } = await at(serving);
    const outcome = await sink.send(aPush(), anAttempt());
    expect(outcome).toMatchObject({
      kind: 'delivered',
      reason: 'warm',
      detail: '3 warmed, 0 already warm at 1 target',
    });
    expect(runs).toMatchObject([
      {
        result: 'succeeded',
        repository: 'team/api',
        tag: '1.0',
        digest: IMAGE.manifest,
        tally: { blobs: 3, warmed: 3 },
      },
    ]);
    expect(runs[0]?.parts.map(({ role, digest, result }) => [role, digest, result]).sort()).toEqual([
      ['config', IMAGE.config, 'warmed'],
      ['layer', IMAGE.layer, 'warmed'],
      ['manifest', IMAGE.manifest, 'warmed'],
    ]);
  });

  test('is found by its tag, where the event has no digest', async () => {
    const { sink, runs } = await at(serving);
    const view = { action: 'push', repository: 'team/api', tag: '1.0' };
    expect(await sink.send(aPush({ view }), anAttempt())).toMatchObject({
      kind: 'delivered',
      reason: 'warm',
    });
    expect(runs).toMatchObject([{ digest: IMAGE.manifest, tag: '1.0' }]);
  });

  test('under another tag is asked for that tag, and for nothing else', async () => {
    const { sink, server, runs } = await at(serving);
    await sink.send(aPush(), anAttempt());
    const before = server.requests.length;
    const view = { action: 'push', repository: 'team/api', tag: 'latest', digest: IMAGE.manifest };
    await sink.send(aPush({ id: 'another', view }), anAttempt());
    const asked = server.requests.slice(before).map(({ url }) => url);
    expect(asked.some((url) => url.endsWith('/manifests/latest'))).toBe(true);
    expect(asked.filter((url) => url.includes('/blobs/'))).toEqual([]);
    expect(runs[1]?.tally).toMatchObject({ already: 2 });
  });

  test('of the same name in another registry is another image', async () => {
    const [one, other] = [await receiver(serving), await receiver(serving)];
    const [first, second] = [new URL(one.url).origin, new URL(other.url).origin];
    const { registry } = preheatOptionsAt(first);
    const { sink, runs } = aPreheatSink(first, {
      registry: { ...registry, url: undefined, hosts: ['127.*'], trusted: { addresses: ['127.0.0.1'] } },
    });
    for (const at of [first, second]) {
      const event = { target: { url: `${at}/v2/team/api/manifests/${IMAGE.manifest}` } };
      await sink.send(aPush({ id: at, payload: { event } }), anAttempt());
    }
    expect(runs.map(({ tally }) => [tally.warmed, tally.already])).toEqual([
      [3, 0],
      [3, 0],
    ]);
    expect(other.requests.map(({ url }) => url)).toEqual([`/v2/team/api/manifests/${IMAGE.manifest}`]);
  });

  test('leaves nothing at a signal that lives as long as the process', async () => {
    const { sink } = await at(serving);
    const { signal } = new AbortController();
    await sink.send(aPush(), { ...anAttempt(), signal });
    const sets = Object.getOwnPropertySymbols(signal).map((key) => Reflect.get(signal, key));
    // signals that depend on this one: in a set of node's own that is no instance of Set here
    const joined = sets.filter(
      (one) => Object.prototype.toString.call(one) === '[object Set]' && one.size > 0,
    );
    expect([joined.length, getEventListeners(signal, 'abort')]).toEqual([0, []]);
  });

  test('is read to its end, however many other registries are read from meanwhile', async () => {
    const MANY = 22;
    let asked = 0;
    let go = () => {};
    const all = new Promise<void>((resolve) => {
      go = resolve;
    });
    // Answers nobody before everybody has asked.
    const answer: Answer = (response, request, nth) => {
      if (++asked === MANY) go();
      void all.then(() => serving(response, request, nth));
    };
    const urls: string[] = [];
    for (let n = 0; n < MANY; n++) urls.push(new URL((await receiver(answer)).url).origin);
    const { registry } = preheatOptionsAt('http://r.test');
    const named = { url: undefined, hosts: ['127.*'], trusted: { addresses: ['127.0.0.1'] } };
    const limits = { registry: { ...registry, ...named, concurrency: 100 } };
    const { sink } = aPreheatSink('http://r.test', { ...limits, dryrun: true });
    const sent = urls.map((url) => {
      const event = { target: { url: `${url}/v2/team/api/manifests/${IMAGE.manifest}` } };
      return sink.send(aPush({ id: url, payload: { event } }), anAttempt());
    });
    const results = await Promise.all(sent);
    expect(results).toEqual(urls.map(() => expect.objectContaining({ kind: 'delivered' })));
  });

  test('is not begun before its delay is over', async () => {
    const { sink, server } = await at(serving, { delay: 60_000 });
    const push = aPush();
    expect(await sink.send(push, anAttempt())).toMatchObject({
      kind: 'deferred',
      until: push.receivedAt + 60_000,
    });
    expect(server.requests).toEqual([]);
  });

  test('of which the policy wants nothing is delivered as skipped', async () => {
    const { policy } = preheatOptionsAt('http://unused');
    const { sink, runs } = await at(serving, { policy: { ...policy, maxTotal: 1 } });
    expect(await sink.send(aPush(), anAttempt())).toMatchObject({ kind: 'delivered', reason: 'skipped' });
    expect(runs).toMatchObject([{ result: 'skipped' }]);
  });

  test('of an event that does not say where it is from is dead, and told as failed', async () => {
    const { registry } = preheatOptionsAt('http://unused');
    const { sink, runs } = await at(serving, { registry: { ...registry, url: undefined } });
    const outcome = await sink.send(aPush(), anAttempt());
    expect(outcome).toMatchObject({ kind: 'dead', detail: expect.stringContaining('preheat.registry.url') });
    expect(runs).toMatchObject([{ result: 'failed' }]);
  });
});

describe('a part that fails', () => {
  const without =
    (digest: string, status: number): Answer =>
    (response, request, nth) =>
      request.url.endsWith(digest) ? void response.writeHead(status).end() : serving(response, request, nth);

  test('for now is tried again by the next attempt; nothing is told before the last', async () => {
    const { sink, runs } = await at(without(IMAGE.layer, 503));
    const first = await sink.send(aPush(), anAttempt({ retryWithin: 0 }));
    expect(first).toMatchObject({
      kind: 'retry',
      reason: 'partial',
      body: expect.stringContaining(IMAGE.layer),
    });
    expect(runs).toEqual([]);
    await sink.send(aPush(), anAttempt({ number: 2, last: true }));
    expect(runs).toMatchObject([{ result: 'partial', tally: { warmed: 2, failed: 1 } }]);
    expect(runs[0]?.parts[0]).toMatchObject({ digest: IMAGE.layer, result: 'failed', reason: 'http_503' });
  });

  test('does not keep the others from being asked for, and they are not asked for again', async () => {
    const { sink, server } = await at(without(IMAGE.layer, 503));
    await sink.send(aPush(), anAttempt());
    const before = server.requests.length;
    await sink.send(aPush(), anAttempt({ number: 2 }));
    const again = server.requests.slice(before).map(({ url }) => url);
    expect(again.every((url) => url.endsWith(IMAGE.layer))).toBe(true);
    expect(again.length).toBeGreaterThan(0);
  });
});

describe('a registry', () => {
  test('that says how much it still allows is quoted with the run', async () => {
    const { runs, sink } = await at((response, request, nth) => {
      response.setHeader('ratelimit-limit', '100;w=21600');
      response.setHeader('ratelimit-remaining', '76;w=21600');
      serving(response, request, nth);
    });
    await sink.send(aPush(), anAttempt());
    expect(runs[0]?.rateLimit).toEqual({ limit: 100, remaining: 76 });
  });

  test('that answers 429 is left alone by everybody, and it was no attempt', async () => {
    const { sink, server } = await at(answering(429, '', { 'retry-after': '60' }));
    const before = Date.now();
    const first = await sink.send(aPush(), anAttempt());
    expect(first).toMatchObject({ kind: 'deferred' });
    if (first === 'aborted' || first.kind !== 'deferred') throw new Error('not deferred');
    expect(first.until).toBeGreaterThanOrEqual(before + 59_000);
    const other = { action: 'push', repository: 'team/web', digest: IMAGE.manifest };
    expect(await sink.send(aPush({ id: 'other', view: other }), anAttempt())).toMatchObject({
      kind: 'deferred',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('that does not have it yet is asked again soon; long after the event that is final', async () => {
    const { sink, runs } = await at(answering(404));
    expect(await sink.send(aPush(), anAttempt())).toMatchObject({ kind: 'deferred' });
    const old = aPush({
      id: 'old',
      receivedAt: Date.now() - 121_000,
      view: { ...aPush().view, repository: 'b' },
    });
    expect(await sink.send(old, anAttempt())).toMatchObject({ kind: 'dead', reason: 'http_404' });
    expect(runs).toMatchObject([{ result: 'failed' }]);
  });

  test('that refuses the credentials is final', async () => {
    const { sink } = await at(answering(403));
    expect(await sink.send(aPush(), anAttempt())).toMatchObject({ kind: 'dead', reason: 'http_403' });
  });
});
