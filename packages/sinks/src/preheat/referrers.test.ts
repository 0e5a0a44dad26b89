/** An image is warmed whatever the registry answers to the search for referrers. */
import { describe, expect, test } from 'vitest';
import { anAttempt } from '../testing/builders.js';
import { aPreheatSink, aPush, IMAGE, preheatOptionsAt, serving } from '../testing/preheat.js';
import { type Answer, receiver } from '../testing/receiver.js';

const SEARCH = /\/referrers\/|\/manifests\/sha256-/;

/** A sink whose registry answers the search as this does. */
async function searching(answer: Answer, some: Parameters<typeof aPreheatSink>[1] = {}) {
  const server = await receiver((response, request, nth) =>
    (SEARCH.test(request.url) ? answer : serving)(response, request, nth),
  );
  const url = new URL(server.url).origin;
  const { policy } = preheatOptionsAt(url);
  return { server, ...aPreheatSink(url, { policy: { ...policy, referrers: 'all' }, ...some }) };
}

const saying =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);

describe('referrers', () => {
  test.each([
    ['404', saying(404)],
    ['403', saying(403)],
    ['405', saying(405)],
    ['406', saying(406)],
    ['400', saying(400)],
    ['501', saying(501)],
    ['200 and HTML', saying(200, { 'content-type': 'text/html' }, '<html></html>')],
    ['200 and null', saying(200, {}, '{"schemaVersion":2,"manifests":null}')],
  ])('that the registry does not know (%s) are none: all is warm', async (_, answer) => {
    const { sink, runs } = await searching(answer);
    expect(await sink.send(aPush(), anAttempt())).toMatchObject({ kind: 'delivered', reason: 'warm' });
    expect(runs).toMatchObject([{ result: 'succeeded', tally: { warmed: 3, failed: 0 } }]);
  });

  test('that cannot be looked for now make a partial run, with the image warm', async () => {
    const { sink, server, runs } = await searching(saying(500));
    const first = await sink.send(aPush(), anAttempt());
    expect(first).toMatchObject({ kind: 'retry', reason: 'partial' });
    expect(runs).toEqual([]);
    const before = server.requests.length;
    expect(await sink.send(aPush(), anAttempt({ number: 2, last: true }))).toMatchObject({
      reason: 'partial',
    });
    const asked = server.requests.slice(before).map(({ url }) => url);
    expect(asked.filter((url) => SEARCH.test(url))).toHaveLength(4);
    expect(asked.filter((url) => url.includes('/blobs/'))).toEqual([]);
    expect(runs).toMatchObject([
      {
        result: 'partial',
        detail: expect.stringMatching(/at 1 target; the search for referrers failed: .* answered 500/),
        tally: { failed: 0 },
      },
    ]);
  });

  test('that are found by the next attempt complete the run', async () => {
    const { sink, runs } = await searching((response, request, nth) =>
      saying(nth < 20 ? 500 : 404)(response, request, nth),
    );
    let number = 0;
    let result = await sink.send(aPush(), anAttempt({ number: ++number }));
    while (result !== 'aborted' && result.kind === 'retry') {
      result = await sink.send(aPush(), anAttempt({ number: ++number }));
    }
    expect(result).toMatchObject({ kind: 'delivered', reason: 'warm' });
    expect(runs).toMatchObject([{ result: 'succeeded' }]);
  });

  test('are not looked for again by the same attempt while a target is at work', async () => {
    const { sink, server } = await searching(saying(500));
    await sink.send(aPush(), anAttempt());
    const before = server.requests.length;
    await sink.send(aPush(), anAttempt());
    expect(server.requests.slice(before).filter(({ url }) => SEARCH.test(url))).toEqual([]);
  });

  test('of an image that is warm do not cost it when the registry fails later', async () => {
    let broken = false;
    const server = await receiver((response, request, nth) =>
      (SEARCH.test(request.url) || (broken && request.url.endsWith(IMAGE.manifest)) ? saying(500) : serving)(
        response,
        request,
        nth,
      ),
    );
    const url = new URL(server.url).origin;
    const { policy } = preheatOptionsAt(url);
    const { sink, runs } = aPreheatSink(url, { policy: { ...policy, referrers: 'all' } });
    await sink.send(aPush(), anAttempt());
    broken = true;
    await sink.send(aPush(), anAttempt({ number: 2, last: true }));
    expect(runs).toMatchObject([{ result: 'partial', tally: { failed: 0 } }]);
  });

  test('that are rate limited pause the registry for all workers, after the image is warm', async () => {
    const { sink, server, runs } = await searching(saying(429, { 'retry-after': '60' }));
    const before = Date.now();
    const result = await sink.send(aPush(), anAttempt({ last: true }));
    if (result === 'aborted' || result.kind !== 'retry') throw new Error('no retry');
    expect(result.notBefore).toBeGreaterThanOrEqual(before + 59_000);
    expect(runs).toMatchObject([{ result: 'partial', tally: { failed: 0 } }]);
    const count = server.requests.length;
    const other = { action: 'push', repository: 'team/web', digest: IMAGE.manifest };
    const second = await sink.send(aPush({ id: 'other', view: other }), anAttempt());
    expect(second).toMatchObject({ kind: 'deferred' });
    expect(server.requests).toHaveLength(count);
  });

  test('that fail in a dry run are in its detail', async () => {
    const { sink, runs } = await searching(saying(500), { dryrun: true });
    await sink.send(aPush(), anAttempt());
    expect(runs).toMatchObject([
      { result: 'dryrun', detail: expect.stringMatching(/^dry run: 3 parts .* answered 500/) },
    ]);
  });
});
