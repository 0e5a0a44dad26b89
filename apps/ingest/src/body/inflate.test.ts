import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createBudget } from './budget.js';
import { inflate } from './inflate.js';

const MIB = 2 ** 20;
/** The best quality takes 20 s for 64 MiB. */
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const TEXT = Buffer.from(JSON.stringify({ events: [{ id: '1', text: 'é'.repeat(500) }] }));
const share = () => createBudget(() => Number.MAX_SAFE_INTEGER).open('a');
const inflated = (wire: Buffer, encoding: string | undefined, limit = 32 * MIB) =>
  inflate(wire, encoding, limit, share());

test.each<[string | undefined, Buffer]>([
  [undefined, TEXT],
  ['', TEXT],
  ['identity', TEXT],
  ['gzip', gzipSync(TEXT)],
  ['X-GZip', gzipSync(TEXT)],
  [' gzip ,', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['deflate', deflateRawSync(TEXT)],
  ['deflate', deflateRawSync(TEXT, { level: 0 })],
  ['br', brotliCompressSync(TEXT)],
  ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
  ['identity, gzip, identity', gzipSync(TEXT)],
  ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(TEXT)))],
  // Two members, as from `cat`.
  ['gzip', Buffer.concat([gzipSync(TEXT.subarray(0, 9)), gzipSync(TEXT.subarray(9))])],
])('%s is undone', async (encoding, wire) => {
  const { bytes, undecoded } = await inflated(wire, encoding);
  expect(undecoded).toBeUndefined();
  expect(bytes.equals(TEXT)).toBe(true);
});

test.each<[string, string, Buffer]>([
  ['the gzip body is cut short', 'gzip', gzipSync(TEXT).subarray(0, -9)],
  ['the gzip body is cut short', 'gzip', gzipSync(TEXT).subarray(0, 5)],
  ['the br body is cut short', 'br', brotliCompressSync(TEXT).subarray(0, -2)],
  ['the deflate body is cut short', 'deflate', deflateSync(TEXT).subarray(0, -9)],
  ['the deflate body is cut short', 'deflate', deflateRawSync(TEXT).subarray(0, -9)],
  ['the gzip body is damaged', 'gzip', TEXT],
  ['the gzip body is damaged', 'gzip', deflateSync(TEXT)],
  ['the gzip body is damaged', 'br, gzip', brotliCompressSync(TEXT)],
  ['the content encoding zstd is not supported', 'zstd', TEXT],
  ['the content encoding is not supported', 'constructor', TEXT],
  ['the content encoding is not supported', '__proto__', TEXT],
  ['the content encoding is not supported', 'gzip, utf-8', gzipSync(TEXT)],
  ['the body has too many content encodings', Array(50).fill('gzip').join(), gzipSync(TEXT)],
])('%s: %s', async (reason, encoding, wire) => {
  const { bytes, undecoded } = await inflated(wire, encoding);
  expect(undecoded).toBe(reason);
  expect(bytes).toBe(wire);
});

describe('a bomb', () => {
  const bombs: [string, Buffer][] = [
    ['gzip', gzipSync(Buffer.alloc(64 * MIB))],
    ['deflate', deflateSync(Buffer.alloc(64 * MIB))],
    ['br', brotliCompressSync(Buffer.alloc(64 * MIB), QUICK)],
    // The first step stays within the ratio, both together do not.
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * MIB)))],
  ];

  test.each(bombs)('in %s ends at the ratio', async (encoding, wire) => {
    const budget = createBudget(() => Number.MAX_SAFE_INTEGER);
    const counted = budget.open('a');
    await expect(inflate(wire, encoding, 32 * MIB, counted)).rejects.toMatchObject({ code: 'SOURCE_RATIO' });
    expect(budget.used).toBeLessThanOrEqual(Math.max(2 * MIB, 202 * wire.length));
  });

  test('in gzip ends at the limit of a body, where that is lower', async () => {
    const wire = gzipSync(Buffer.alloc(64 * MIB));
    await expect(inflated(wire, 'gzip', MIB)).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' });
  });
});

test('a small body may have any ratio', async () => {
  const { bytes } = await inflated(brotliCompressSync(Buffer.alloc(MIB), QUICK), 'br');
  expect(bytes.length).toBe(MIB);
});

test('what the budget has no room for is refused', async () => {
  const budget = createBudget(() => 1_000);
  const [other, own] = [budget.open('a'), budget.open('b')];
  other.grow(900);
  await expect(inflate(gzipSync(TEXT), 'gzip', MIB, own)).rejects.toMatchObject({ code: 'SOURCE_BUSY' });
  other.release();
  expect((await inflate(gzipSync(TEXT), 'gzip', MIB, own)).bytes.equals(TEXT)).toBe(true);
});
