import type { DeadLetterDetail } from '@longshore/queue/dead';
import { expect, test } from 'vitest';
import { inFull, row } from './dead-format.js';

const letter: DeadLetterDetail = {
  id: '5d41402abc4b2a76b9719d911017c592',
  endpoint: 'one',
  deadAt: 0,
  attempts: 1,
  reason: 'undecodable',
  detail: 'the stored delivery is damaged (its body is missing)',
  bytes: 9,
  raw: '{"v":2}',
};

test('a delivery that cannot be read is shown as it is stored, without a guess at the cause', () => {
  expect(row(letter)[1]).toMatch(/undecodable after 1 attempt +\(cannot be read\)$/);
  const lines = inFull(letter);
  expect(lines.join('\n')).toMatch(/Stored data \(damaged, or of a newer version\)[\s\S]*\{"v":2\}/);
  expect(lines.join('\n')).not.toContain('another version');
});
