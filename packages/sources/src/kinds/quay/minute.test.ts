import { expect, test } from 'vitest';
import { openWith } from '../../testing/contract.js';
import { quay } from './index.js';

const MINUTE_MS = 60_000;

function idsAt(receivedAt: number, body = '{"docker_url":"quay.io/acme/api","updated_tags":["a","b"]}') {
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(body), receivedAt };
  return openWith(quay, raw).taken.map(({ event }) => event.id);
}

test('a tag that is pushed twice within a minute is two pushes', () => {
  const first = idsAt(10 * MINUTE_MS);
  expect(new Set(first).size).toBe(2);
  expect(idsAt(10 * MINUTE_MS)).toEqual(first);
  for (const id of idsAt(10 * MINUTE_MS + 1)) expect(first).not.toContain(id);
});

test('a template may leave out fields of the repository, and the others tell images apart', () => {
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

test('a finding that is sent again within the minute is one event, and two findings are two', () => {
  const finding = (id: string) => `{"docker_url":"quay.io/acme/api","vulnerability":{"id":"${id}"}}`;
  expect(idsAt(0, finding('CVE-1'))).not.toEqual(idsAt(0, finding('CVE-2')));
  expect(idsAt(0, finding('CVE-1'))).toEqual(idsAt(1, finding('CVE-1')));
});

test.each(['https://', 'http://', 'HTTPS://robot@'])(
  '%s in front of docker_url is no part of the host',
  (scheme) => {
    const body = Buffer.from(`{"docker_url":"${scheme}quay.io/acme/api","updated_tags":["a"]}`);
    const [taken] = openWith(quay, { method: 'POST', path: '/', headers: {}, body, receivedAt: 0 }).taken;
    expect(taken?.event).toMatchObject({ request: { host: 'quay.io' }, target: { repository: 'acme/api' } });
  },
);
