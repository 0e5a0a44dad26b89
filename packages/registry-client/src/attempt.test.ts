/** When a transfer is ended that is never silent. The clock is the test's own. */
import { oci } from '@longshore/testkit';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Attempt, LONGEST_TRANSFER_MS, SLOWEST_BYTES_PER_MINUTE } from './attempt.js';
import { aClient, errorOf, signal } from './testing/client.js';

const MINUTE_MS = 60_000;

function anAttempt(timeout: number): Attempt {
  const attempt = new Attempt([], timeout);
  onTestFinished(() => attempt.close());
  return attempt;
}

/** For so long, so many bytes in each second. */
function move(attempt: Attempt, milliseconds: number, perSecond: number): void {
  for (let at = 0; at < milliseconds && attempt.ended === undefined; at += 1_000) {
    attempt.moved(perSecond);
    vi.advanceTimersByTime(1_000);
  }
}

describe('a transfer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
  });

  test('of one byte a second is ended after a minute', () => {
    const attempt = anAttempt(5_000);
    attempt.transfer();
    move(attempt, MINUTE_MS - 1_000, 1);
    expect(attempt.ended).toBeUndefined();
    move(attempt, 2_000, 1);
    expect(attempt.ended).toBe('slow');
    expect(attempt.signal.aborted).toBe(true);
  });

  test('that becomes slow is ended as well', () => {
    const attempt = anAttempt(5_000);
    attempt.transfer();
    move(attempt, 10 * MINUTE_MS, 100_000);
    expect(attempt.ended).toBeUndefined();
    move(attempt, 2 * MINUTE_MS, 100);
    expect(attempt.ended).toBe('slow');
  });

  test('above the minimum rate continues, and is ended after a day', () => {
    const attempt = anAttempt(5_000);
    attempt.transfer();
    move(attempt, LONGEST_TRANSFER_MS - MINUTE_MS, SLOWEST_BYTES_PER_MINUTE / 60);
    expect(attempt.ended).toBeUndefined();
    move(attempt, 2 * MINUTE_MS, 1_000_000);
    expect(attempt.ended).toBe('long');
  });

  test('may be silent for as long as its timeout', () => {
    const attempt = anAttempt(10 * MINUTE_MS);
    attempt.transfer();
    move(attempt, MINUTE_MS, SLOWEST_BYTES_PER_MINUTE / 6);
    vi.advanceTimersByTime(9 * MINUTE_MS - 1);
    expect(attempt.ended).toBeUndefined();
    move(attempt, 20 * MINUTE_MS, 1);
    expect(attempt.ended).toBe('slow');
  });

  test('that is over is not ended', () => {
    const attempt = anAttempt(5_000);
    attempt.transfer();
    attempt.close();
    vi.advanceTimersByTime(LONGEST_TRANSFER_MS);
    expect(attempt.ended).toBeUndefined();
  });

  test('of a blob that comes too slowly is a timeout, in words', async () => {
    const { url } = await oci.serve({ script: () => ({ trickle: 'x'.repeat(1_000), every: 10 }) });
    const client = aClient({ url, timeout: 30_000 });
    const layer = { digest: `sha256:${'a'.repeat(64)}` };
    const onBytes = () => void vi.advanceTimersByTime(25_000);
    const error = await errorOf(client.drain('acme/app', layer, { signal, onBytes }));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+: .*too slow, with less than 256 KiB a minute; check/);
  });
});
