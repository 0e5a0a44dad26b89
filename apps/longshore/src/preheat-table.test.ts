import { type PreheatPart, type PreheatRun, tallyOf } from '@longshore/event';
import { expect, test } from 'vitest';
import { summary, table } from './preheat-table.js';

const aRun = (parts: PreheatPart[], some: Partial<PreheatRun> = {}): PreheatRun => ({
  id: 'run',
  endpoint: 'warm',
  deliveryId: 'd',
  repository: 'team/app',
  tag: '1.0',
  result: 'partial',
  receivedAt: 0,
  startedAt: 0,
  finishedAt: 1_500,
  tally: tallyOf(parts),
  parts,
  ...some,
});
const aPart = (some: Partial<PreheatPart>): PreheatPart => ({
  target: 'mirror',
  role: 'layer',
  digest: `sha256:${'a'.repeat(64)}`,
  size: 2_048,
  result: 'warmed',
  ...some,
});

test('what was left out says why, and what would take it', () => {
  const [, row] = table(aRun([aPart({ target: '', result: 'skipped', reason: 'platform' })]));
  expect(row).toBe(
    'skipped  -       layer  -         2.0 KiB  sha256:aaaaaaaaaaaa  platform: platform not selected; add it to platforms',
  );
});

test('a reason that has no words stands alone', () => {
  const [, row] = table(aRun([aPart({ result: 'skipped', reason: 'tomorrow' })]));
  expect(row).toMatch(/ tomorrow$/);
});

test('the last line does not repeat what the table says of the parts that failed', () => {
  const failed = aRun([aPart({ result: 'failed', reason: 'reset', detail: 'cut' })], { detail: 'cut' });
  expect(summary(failed)).toBe('team/app:1.0: partial: 0 warmed, 0 already warm, 0 skipped, 1 failed in 1s');
  expect(summary(aRun([], { result: 'failed', detail: 'no such image' }))).toMatch(/\(no such image\)$/);
});
