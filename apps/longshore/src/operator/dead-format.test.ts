import type { DeadLetterDetail } from '@longshore/queue/dead';
import { expect, test } from 'vitest';
import { groupTable, inFull, letterTable } from './dead-format.js';

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
  expect(letterTable([letter], false)[1]).toMatch(
    /^5d41402abc4b .* one +1 +undecodable +\(cannot be read\)$/,
  );
  expect(letterTable([letter], true)[1]).toMatch(
    /^5d41402abc4b2a76b9719d911017c592 .*\(its body is missing\)$/,
  );
  const lines = inFull(letter);
  expect(lines.join('\n')).toMatch(/Stored data \(damaged, or of a newer version\)[\s\S]*\{"v":2\}/);
  expect(lines.join('\n')).not.toContain('another version');
});

test('causes are counted in a table no wider than the terminal', () => {
  const cause = { key: 'k', endpoint: 'one', reason: 'http_500', count: 12_345, newestAt: 0, oldestAt: 0 };
  const [head, line = ''] = groupTable(
    { groups: [{ ...cause, answer: 'x'.repeat(200) }], looked: 1, more: false },
    80,
  );
  expect(head).toMatch(/^ +DEAD +NEWEST +ENDPOINT +REASON +ANSWER$/);
  expect(line).toMatch(/^12,345 .* one +http_500 +x+…$/);
  expect(line).toHaveLength(80);
});
