import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startReceiver } from './receiver.js';

function post(url: string, body = ''): Promise<Response> {
  return fetch(url, { method: 'POST', body });
}

test('requests are remembered as they came', async () => {
  const receiver = await startReceiver();
  await fetch(`${receiver.url}/path?q=1`, { method: 'PUT', body: '{"a":1}', headers: { 'X-Thing': 'one' } });
  const [seen] = await receiver.received(1);
  expect(seen).toMatchObject({ method: 'PUT', url: '/path?q=1', body: '{"a":1}', reused: false });
  expect(seen?.json()).toEqual({ a: 1 });
  expect(seen?.headers['x-thing']).toBe('one');
  expect(seen?.rawHeaders).toEqual(expect.arrayContaining(['X-Thing', 'one']));
});

test('a script answers by request and number', async () => {
  const receiver = await startReceiver(({ body }, n) => ({
    status: n === 1 ? 503 : 200,
    headers: { 'x-n': n },
    body,
  }));
  expect((await post(receiver.url)).status).toBe(503);
  const second = await post(receiver.url, 'echo');
  expect([second.status, second.headers.get('x-n'), await second.text()]).toEqual([200, '2', 'echo']);
  receiver.reply({ status: 410 });
  expect((await post(receiver.url)).status).toBe(410);
});

test('a connection that is used again is identified', async () => {
  const receiver = await startReceiver();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < 2; n++) {
    await new Promise((resolve, reject) => {
      request(receiver.url, { agent, method: 'POST' }, (response) => text(response).then(resolve))
        .on('error', reject)
        .end();
    });
  }
  agent.destroy();
  expect(receiver.requests.map(({ reused }) => reused)).toEqual([false, true]);
});

test('it can hang, reset, speak no HTTP, trickle and never end', async () => {
  const receiver = await startReceiver('hang');
  await expect(fetch(receiver.url, { signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout');
  receiver.reply('reset');
  await expect(fetch(receiver.url)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  // Its code is that of Node's own undici, or absent in the newer one that another test file of the process has loaded.
  receiver.reply({ raw: 'SSH-2.0-OpenSSH\r\n' });
  await expect(fetch(receiver.url)).rejects.toMatchObject({ cause: { name: 'HTTPParserError' } });
  receiver.reply({ trickle: 'slow', every: 5 });
  expect(await (await fetch(receiver.url)).text()).toBe('slow');
  receiver.reply({ endless: 'x'.repeat(50_000) });
  const { body } = await fetch(receiver.url);
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > 1_000_000) break;
  }
  expect(bytes).toBeGreaterThan(1_000_000);
});

test('a receiver that is down refuses, and comes back at the same address', async () => {
  const receiver = await startReceiver('hang');
  const hanging = expect(fetch(receiver.url)).rejects.toThrow();
  await receiver.received(1);
  await receiver.stop();
  await hanging;
  await expect(fetch(receiver.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  receiver.reply({ status: 204 });
  await receiver.start();
  expect((await fetch(receiver.url)).status).toBe(204);
});

test('waiting for requests that do not come says how many there were', async () => {
  const receiver = await startReceiver();
  await expect(receiver.received(1, { timeout: 20 })).rejects.toThrow(
    'waited 20 ms for 1 requests; last seen: []',
  );
});
