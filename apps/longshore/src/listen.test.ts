import { once } from 'node:events';
import { Agent, createServer, get, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { eventually } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { listen as guardedListen } from './listen.js';
import { unguarded as listen } from './testing/listen.js';

const answer = (_: unknown, response: { end(text: string): void }) => response.end('here');

async function aTakenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('port 0 takes a free one, and the url says which', async () => {
  const listener = await listen('ingest', { host: '127.0.0.1', port: 0 }, answer);
  expect(listener.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  expect(await (await fetch(listener.url)).text()).toBe('here');
  await listener.close(0);
  await expect(fetch(listener.url)).rejects.toThrow();
});

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test.runIf(hasIPv6)('the url of an IPv6 address can be opened', async () => {
  const listener = await listen('ingest', { host: '::1', port: 0 }, answer);
  expect(listener.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await (await fetch(listener.url)).text()).toBe('here');
  await listener.close(0);
});

test.each(['ingest', 'dashboard', 'admin'] as const)(
  'a taken port of %s names the setting and its variable',
  async (name) => {
    const port = await aTakenPort();
    const listening = listen(name, { host: '127.0.0.1', port }, answer);
    await expect(listening).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining(`${name} cannot listen on 127.0.0.1:${port}: the port is taken`),
    });
    await expect(listening).rejects.toThrow(`${name}.listen (LONGSHORE_${name.toUpperCase()}_LISTEN)`);
  },
);

test('an address of another machine is an error of the same kind', async () => {
  // From a range that is kept for documentation: no machine has it.
  const listening = listen('ingest', { host: '192.0.2.1', port: 0 }, answer);
  await expect(listening).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringContaining('this machine does not have the address'),
  });
});

test('close lets a request in flight finish, and cuts off one that takes longer than the grace', async () => {
  const responses = new Map<string | undefined, ServerResponse>();
  const listener = await listen('ingest', { host: '127.0.0.1', port: 0 }, (request, response) => {
    responses.set(request.url, response);
  });
  const slow = fetch(`${listener.url}/slow`).then((response) => response.text());
  const endless = new Promise((resolve) => get(`${listener.url}/endless`).on('error', resolve));
  await eventually(() => responses.size === 2);
  const closing = listener.close(1_000);
  responses.get('/slow')?.end('done');
  expect(await slow).toBe('done');
  expect(await endless).toMatchObject({ code: 'ECONNRESET' });
  await closing;
});

test('a sender that continues over a connection that was in use does not hold up the close', async () => {
  let held: ServerResponse | undefined;
  const listener = await listen('ingest', { host: '127.0.0.1', port: 0 }, (request, response) => {
    if (request.url === '/held') held = response;
    else response.end('here');
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  /** Resolves with the error, and with nothing when there was an answer. */
  const ask = (path: string) =>
    new Promise<unknown>((resolve) => {
      const asking = get(listener.url + path, { agent }, (response) =>
        response.resume().once('end', resolve),
      );
      asking.once('error', resolve);
    });
  const first = ask('/held');
  await eventually(() => held);
  const closing = listener.close(600_000);
  held?.end('done');
  expect(await first).toBeUndefined();
  let refused: unknown;
  while (refused === undefined) refused = await ask('/');
  await closing;
});

test('a connection beyond the maximum is dropped, and the caller hears of it', async () => {
  let dropped = 0;
  const listener = await guardedListen('ingest', { host: '127.0.0.1', port: 0 }, answer, {
    hasSecret: () => true,
    hosts: () => [],
    onRefused() {},
    onDropped: () => {
      dropped += 1;
    },
    maxConnections: 1,
  });
  const port = Number(new URL(listener.url).port);
  const first = connect(port, '127.0.0.1');
  await once(first, 'connect');
  // The server has it only once it has answered over it.
  first.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await once(first, 'data');
  const second = connect(port, '127.0.0.1').on('error', () => {});
  await once(second, 'close');
  await eventually(() => dropped === 1);
  first.destroy();
  await listener.close(0);
});
