import { expect, test } from 'vitest';
import { reasonInWords, ruleInWords, stepInWords } from './trail-words.js';

const AT = '2026-11-21T14:08:00.000Z';
const of = { at: AT, endpoint: 'one', deliveryId: '5d41402abc4b2a76b9719d911017c592' };

test.each([
  [{ ...of, step: 'settled', outcome: 'ignored', rule: 'tag' }, 'ignored by ignore.tags, before it was sent'],
  [
    { ...of, step: 'settled', outcome: 'dropped', by: 'longshore dead drop' },
    'dropped by longshore dead drop',
  ],
  [{ ...of, step: 'settled', outcome: 'dropped' }, 'dropped by an operator'],
  [{ ...of, step: 'settled', outcome: 'expired' }, 'removed from the dead-letter set by retention.dead'],
  [{ ...of, step: 'retried', by: 'the dashboard' }, 'given all its attempts again by the dashboard'],
  [{ ...of, step: 'stalled' }, 'its worker died or hung: it runs again'],
  [
    { at: AT, step: 'unquarantined', quarantineId: 'q', outcome: 'replayed', by: 'the dashboard' },
    'taken out of quarantine and read again by the dashboard',
  ],
  [
    { at: AT, step: 'unquarantined', quarantineId: 'q', outcome: 'evicted' },
    'removed: quarantine was full, and it was the oldest',
  ],
] as const)('%j is told as: %s', (step, words) => {
  expect(stepInWords(step)).toBe(words);
});

test('a status has its phrase, a reason its words, and what another version wrote is kept', () => {
  expect(reasonInWords('http_503')).toBe('503 Service Unavailable');
  expect(reasonInWords('http_599')).toBe('599');
  expect(reasonInWords('refused')).toBe('nobody listens there');
  expect(reasonInWords('constructor')).toBe('constructor');
  expect(ruleInWords('only_actions')).toBe('preheat.actions');
  expect(ruleInWords('only_images')).toBe('preheat, which wants events that name an image');
  expect(ruleInWords('platform')).toBe('platform');
});
