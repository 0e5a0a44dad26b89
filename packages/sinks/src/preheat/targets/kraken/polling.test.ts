import { describe, expect, test } from 'vitest';
import { krakenOrigin, krakenTracker } from '../../../testing/kraken.js';
import { aKraken } from '../../../testing/targets.js';
import { aCall, anIndex, anItem, follow, pendingOf, StandingClock } from '../../../testing/warm.js';
import { waitAfter } from '../clock.js';
import type { BlobTarget } from '../target.js';
import { CADENCE } from './progress.js';

/** Until there is a verdict. */
function followed(kraken: BlobTarget, clock: StandingClock) {
  return follow((call) => kraken.warm(anIndex(), anItem(), call), clock);
}

describe('a download that runs', () => {
  test('is answered at once as pending, and looked at until it is there', async () => {
    const clock = new StandingClock();
    const origin = await krakenOrigin({ trigger: (nth) => (nth < 4 ? 202 : 200) });
    const { end, waits } = await followed(aKraken({ origin: origin.base }, clock), clock);
    expect(end).toEqual({ state: 'warmed', bytes: 4567, verified: true });
    expect(waits).toEqual([1000, 1300, 1690]);
  });

  test('the wait grows by 1.3 from one second to five, give or take five percent', () => {
    const waits = (chance: number) =>
      [1, 2, 3, 6, 7, 8, 99].map((looks) => waitAfter(looks, CADENCE, chance));
    expect(waits(0.5)).toEqual([1000, 1300, 1690, 3713, 4827, 5000, 5000]);
    expect(waits(0)).toEqual([950, 1235, 1606, 3527, 4585, 4750, 4750]);
    expect(waits(1)).toEqual([1050, 1365, 1775, 3899, 5068, 5250, 5250]);
  });

  test('for ever ends after 15 minutes, and was looked at more often than every 15 seconds', async () => {
    const clock = new StandingClock();
    const start = clock.at;
    const origin = await krakenOrigin({ trigger: () => 202 });
    const { end, waits } = await followed(aKraken({ origin: origin.base }, clock), clock);
    expect(end).toMatchObject({ state: 'failed', reason: 'overdue', retryable: true });
    expect(Math.max(...waits)).toBeLessThan(15_000);
    expect(clock.at - start).toBeGreaterThanOrEqual(15 * 60_000);
    expect(clock.at - start).toBeLessThan(15 * 60_000 + 6_000);
  });

  test('stays with the origin that started it, also when the ring has changed', async () => {
    const clock = new StandingClock();
    const first = await krakenOrigin({ trigger: (nth) => (nth < 3 ? 202 : 200) });
    const second = await krakenOrigin();
    const any = await krakenOrigin({
      locations: () => (first.asked().length === 0 ? `${first.host},${second.host}` : second.host),
    });
    const kraken = aKraken({ origin: any.base }, clock);
    const pending = pendingOf(await kraken.warm(anIndex(), anItem(), aCall()));
    clock.at += 20_000;
    const again = pendingOf(await kraken.warm(anIndex(), anItem(), aCall(pending.handle)));
    await kraken.warm(anIndex(), anItem(), aCall(again.handle));
    expect(first.asked()).toHaveLength(4);
    expect(second.asked()).toHaveLength(0);
  });

  test('goes on with the next origin when the first fails it with 500', async () => {
    const clock = new StandingClock();
    const first = await krakenOrigin({ trigger: (nth) => (nth === 1 ? 202 : 500) });
    const second = await krakenOrigin({ trigger: (nth) => (nth === 1 ? 202 : 200) });
    const any = await krakenOrigin({ locations: () => `${first.host},${second.host}` });
    const { end, waits } = await followed(aKraken({ origin: any.base }, clock), clock);
    expect(end).toMatchObject({ state: 'warmed', verified: true });
    expect(waits).toHaveLength(2);
    expect([first.asked().length, second.asked().length]).toEqual([2, 3]);
  });

  test('that every origin fails is not tried again before the cached error is gone', async () => {
    const clock = new StandingClock();
    const origin = await krakenOrigin({ trigger: (nth) => (nth === 1 ? 202 : 500) });
    const { end } = await followed(aKraken({ origin: origin.base }, clock), clock);
    expect(end).toMatchObject({ state: 'failed', reason: 'http_500', retryable: true });
    expect(end).toMatchObject({
      notBefore: clock.at + 15_000,
      detail: expect.stringContaining('backend is down'),
    });
  });

  test('outlives the process that began it', async () => {
    const clock = new StandingClock();
    const origin = await krakenOrigin({ trigger: (nth) => (nth === 1 ? 202 : 200) });
    const pending = pendingOf(
      await aKraken({ origin: origin.base }, clock).warm(anIndex(), anItem(), aCall()),
    );
    const later = aKraken({ origin: origin.base }, clock);
    expect(await later.warm(anIndex(), anItem(), aCall(pending.handle))).toMatchObject({ state: 'warmed' });
  });

  test('a handle that cannot be read begins anew', async () => {
    const origin = await krakenOrigin();
    const kraken = aKraken({ origin: origin.base });
    for (const handle of ['', 'x', '[]', '{"since":"1"}']) {
      expect(await kraken.warm(anIndex(), anItem(), aCall(handle))).toMatchObject({ state: 'already' });
    }
  });
});

describe('a tracker', () => {
  test('is asked for metainfo until it is there', async () => {
    const clock = new StandingClock();
    const tracker = await krakenTracker((nth) => (nth < 3 ? 202 : 200));
    const { end } = await followed(aKraken({ tracker: tracker.base }, clock), clock);
    expect(end).toEqual({ state: 'warmed', bytes: 4567, verified: true });
    expect(new Set(tracker.asked())).toEqual(
      new Set([`GET /namespace/library%2Fnginx/blobs/${anItem().digest}/metainfo`]),
    );
  });

  test('passes 404 and 503 on', async () => {
    const statuses = [404, 503];
    const tracker = await krakenTracker((nth) => statuses[nth - 1] ?? 200);
    const kraken = aKraken({ tracker: tracker.base });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({ reason: 'absent' });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({ reason: 'http_503' });
  });

  test('is asked when no origin can be reached, and its download is looked at there', async () => {
    const { deadPort } = await import('../../../testing/receiver.js');
    const tracker = await krakenTracker((nth) => (nth === 1 ? 202 : 200));
    const kraken = aKraken({ origin: `http://127.0.0.1:${await deadPort()}`, tracker: tracker.base });
    const pending = pendingOf(await kraken.warm(anIndex(), anItem(), aCall()));
    expect(await kraken.warm(anIndex(), anItem(), aCall(pending.handle))).toMatchObject({ state: 'warmed' });
  });

  test('that downloads is looked at alone, also when the origins are back', async () => {
    const tracker = await krakenTracker((nth) => (nth === 1 ? 202 : 200));
    const origin = await krakenOrigin({ trigger: () => 503 });
    const kraken = aKraken({ origin: origin.base, tracker: tracker.base });
    const pending = pendingOf(await kraken.warm(anIndex(), anItem(), aCall()));
    const before = origin.requests.length;
    expect(await kraken.warm(anIndex(), anItem(), aCall(pending.handle))).toMatchObject({ state: 'warmed' });
    expect(origin.requests).toHaveLength(before);
  });

  test('is not asked when an origin has a verdict', async () => {
    const tracker = await krakenTracker(() => 200);
    const origin = await krakenOrigin({ trigger: () => 404 });
    const kraken = aKraken({ origin: origin.base, tracker: tracker.base });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({ reason: 'absent' });
    expect(tracker.requests).toEqual([]);
  });
});
