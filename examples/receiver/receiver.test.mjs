import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { post, startRelay, temporaryFolder } from '../../scripts/testing/relay.mjs';
import { createReceiver } from './receiver.mjs';

async function start(work) {
  const server = createReceiver({ secret: 'Bearer abc', work }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

function send(url, key, authorization = 'Bearer abc') {
  const headers = { authorization, 'idempotency-key': key };
  const body = JSON.stringify({ events: [{ action: 'push', target: { repository: key } }] });
  return fetch(url, { method: 'POST', headers, body }).then(({ status }) => status);
}

test('the same key is worked on once, also while it is being worked on', async () => {
  const worked = [];
  const url = await start(async ({ target }) => {
    worked.push(target.repository);
    await delay(50);
  });
  expect(await Promise.all([send(url, 'a'), send(url, 'a'), send(url, 'b')])).toEqual([204, 204, 204]);
  expect(await send(url, 'a')).toBe(204);
  expect(worked.sort()).toEqual(['a', 'b']);
});

test('work that failed is done again when the event comes again', async () => {
  let calls = 0;
  const url = await start(async () => {
    calls++;
    if (calls === 1) throw new Error('the database is away');
  });
  expect([await send(url, 'a'), await send(url, 'a'), calls]).toEqual([500, 204, 2]);
});

test('without the secret nothing is done, and without one there is no receiver', async () => {
  const url = await start(() => expect.unreachable());
  for (const given of ['Bearer x', 'Bearer abcd', '']) expect(await send(url, 'a', given)).toBe(401);
  expect(() => createReceiver({ work: () => {} })).toThrow('SECRET');
});

test('without a key, as the registry sends them, the id of each event counts', async () => {
  const worked = [];
  const url = await start(async ({ id, action }) => void worked.push(id ?? action));
  const post = (...events) =>
    fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer abc' },
      body: JSON.stringify({ events }),
    }).then(({ status }) => status);
  expect([
    await post({ id: 'a' }, { id: 'b' }),
    await post({ id: 'b' }, { id: 'c' }),
    // without an id nothing tells whether it is the same
    await post({ action: 'push' }),
    await post({ action: 'push' }),
  ]).toEqual([204, 204, 204, 204]);
  expect(worked).toEqual(['a', 'b', 'c', 'push', 'push']);
});

test('a body without events is refused, and the receiver lives', async () => {
  const url = await start(() => {});
  const headers = { authorization: 'Bearer abc' };
  for (const body of ['{', 'null', '{}', '']) {
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(400);
  }
  expect(await send(url, 'a')).toBe(204);
});

test('an event that Longshore sends again, because the answer came too late, is worked on once', async () => {
  const worked = [];
  const url = await start(async ({ id }) => {
    worked.push(id);
    await delay(600);
  });
  const headers = { Authorization: ['Bearer abc'] };
  const endpoints = [{ name: 'slow', url, headers, timeout: '400ms', backoff: '300ms' }];
  const file = join(await temporaryFolder(), 'longshore.yml');
  // JSON is YAML, but a duration must not stand in quotes.
  const text = JSON.stringify({ notifications: { endpoints } }).replaceAll(/"(\d+ms)"/g, '$1');
  await writeFile(file, text);
  const { child, urls } = await startRelay(file);
  await post(urls.ingest, [{ id: 'one', action: 'push', target: { repository: 'acme/app' } }]);
  const settled = await child.waitFor(({ outcome }) => outcome === 'delivered');
  expect([settled.attempt > 1, worked]).toEqual([true, ['one']]);
});
