import { expect, test } from 'vitest';
import { openWith } from '../contract.js';
import { quay } from './index.js';

const MINUTE = 60_000;

function idsAt(receivedAt: number, body = '{"docker_url":"quay.io/acme/api","updated_tags":["a","b"]}') {
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(body), receivedAt };
  return openWith(quay, raw).taken.map(({ event }) => event.id);
}

test('a tag that is pushed again a minute later is another push', () => {
  const first = idsAt(10 * MINUTE);
  expect(new Set(first).size).toBe(2);
  expect(idsAt(11 * MINUTE - 1)).toEqual(first);
  expect(idsAt(11 * MINUTE)).not.toContain(first[0]);
});

test('a template may leave out what the repository is told by, and images are told apart by the rest', () => {
  const tags = ',"updated_tags":["a"]}';
  const [whole, parts, other] = [
    '{"repository":"acme/api"',
    '{"namespace":"acme","name":"api"',
    '{"namespace":"acme","name":"web"',
  ].map((head) => idsAt(0, head + tags));
  expect(whole).toHaveLength(1);
  expect(parts).toEqual(whole);
  expect(other).not.toEqual(whole);
});

test('two findings in one minute are two events', () => {
  const finding = (id: string) => `{"docker_url":"quay.io/acme/api","vulnerability":{"id":"${id}"}}`;
  expect(idsAt(0, finding('CVE-1'))).not.toEqual(idsAt(0, finding('CVE-2')));
  expect(idsAt(0, finding('CVE-1'))).toEqual(idsAt(1, finding('CVE-1')));
});
