import { describe, expect, test } from 'vitest';
import type { Settled, WarmItem } from './targets/target.js';
import { outcomeOf, partsOf } from './verdict.js';

const item = (digest: string): WarmItem => ({ role: 'layer', digest: `sha256:${digest}`, size: 7 });
const part = (digest: string, settled: Settled) => ({ target: 'mirror', item: item(digest), settled });
const warmed: Settled = { state: 'warmed', bytes: 7, verified: true };
const failed = (retryable: boolean, notBefore?: number): Settled => ({
  state: 'failed',
  reason: 'http_503',
  detail: 'mirror: busy',
  retryable,
  notBefore,
});

describe('the outcome', () => {
  test.each<[string, Settled[], object]>([
    ['all warm', [warmed, { state: 'already', verified: true }], { kind: 'delivered', reason: 'warm' }],
    ['asked for counts as done', [{ state: 'asked' }], { kind: 'delivered', reason: 'warm' }],
    ['some failed for now', [warmed, failed(true)], { kind: 'retry', reason: 'partial' }],
    ['some failed for good', [warmed, failed(false)], { kind: 'dead', reason: 'partial' }],
    ['one of those for now', [failed(true), failed(false)], { kind: 'retry', reason: 'failed' }],
    ['nothing is warm', [failed(false)], { kind: 'dead', reason: 'failed' }],
    ['a target that wants time', [failed(true, 5), failed(true, 9)], { kind: 'retry', notBefore: 9 }],
  ])('%s', (_, settled, outcome) => {
    const parts = settled.map((one, at) => part(String(at), one));
    expect(outcomeOf(parts, 1)).toMatchObject(outcome);
  });

  test.each<[string, Settled[], boolean[], object]>([
    ['an image without some of its referrers', [warmed], [true], { kind: 'retry', reason: 'partial' }],
    ['one that will never have them', [warmed], [false, false], { kind: 'dead', reason: 'partial' }],
    ['one that was asked for', [{ state: 'asked' }], [false], { kind: 'dead', reason: 'partial' }],
    ['one that failed as well', [failed(false)], [true], { kind: 'retry', reason: 'failed' }],
  ])('of %s names the first of what went wrong', (_, settled, retryable, outcome) => {
    const parts = settled.map((one, at) => part(String(at), one));
    const problems = retryable.map((one) => ({
      detail: 'r.test: answered 500',
      retryable: one,
      notBefore: 5,
    }));
    const came = outcomeOf(parts, 1, problems);
    expect(came).toMatchObject(outcome);
    expect(came.kind === 'retry' && came.notBefore).toBe(retryable.includes(true) && 5);
    const more = problems.length > 1 ? ' (and 1 more)' : '';
    expect(came.detail).toMatch(/^1 (warmed|of 1 parts failed)|^0 warmed/);
    expect(came.detail?.endsWith(`the search for referrers failed: r.test: answered 500${more}`)).toBe(true);
  });

  test('names the parts that failed, the first of them in words, and what is alike once', () => {
    const parts = Array.from({ length: 60 }, (_, at) => part(`${at}`.padStart(20, '0'), failed(true)));
    const others = [1, 2, 3].map((n) =>
      part(`${n}${n}`, { state: 'failed', reason: 'reset', detail: `cut ${n}`, retryable: true }),
    );
    const outcome = outcomeOf([...parts, ...others, part('ok', warmed)], 1);
    expect(outcome.detail).toBe(
      '63 of 64 parts failed: 60 parts at mirror: http_503 (mirror: busy); sha256:11 at mirror: reset (cut 1); sha256:22 at mirror: reset (cut 2); and 1 more',
    );
    expect(JSON.parse(outcome.body ?? '').failed).toHaveLength(20);
  });
});

test('what differs in its own digest only is alike', () => {
  const parts = ['a', 'b'].map((digest) => {
    const detail = `GET blobs/sha256:${digest}: answered 401`;
    return part(digest, { state: 'failed', reason: 'http_401', detail, retryable: true });
  });
  expect(outcomeOf(parts, 1).detail).toBe(
    '2 of 2 parts failed: 2 parts at mirror: http_401 (GET blobs/sha256:a: answered 401)',
  );
});

test('the table has what was left out, without a target', () => {
  expect(partsOf([part('a', warmed)], [{ digest: 'sha256:b', reason: 'platform' }])).toEqual([
    { target: '', role: 'layer', digest: 'sha256:b', result: 'skipped', reason: 'platform' },
    { target: 'mirror', role: 'layer', digest: 'sha256:a', size: 7, result: 'warmed', bytes: 7 },
  ]);
});
