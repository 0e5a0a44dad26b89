import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, openConnection, postHead, type RawConnection } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLimitedServer } from './server-limits.js';

/** Reads the whole body and answers with its size; refuses `/refused` without reading any of it. */
function handler(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/refused') {
    response.statusCode = 401;
    response.end('refused');
    return;
  }
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
  });
  request.on('end', () => response.end(`size ${size}`));
  request.on('error', () => {});
}

async function start(
  limits: Parameters<typeof createLimitedServer>[1] = {},
  listener: RequestListener = handler,
) {
  const server = createLimitedServer(listener, limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const open = (begun: string) => openConnection(port, begun);
  return { server, open };
}

const arrives = ({ received }: RawConnection, text: string) => eventually(() => received().includes(text));

test('an idle connection outlives those of proxies, and no request may take forever', async () => {
  const { server, open } = await start();
  const { keepAliveTimeout, headersTimeout, requestTimeout, maxConnections } = server;
  expect({ keepAliveTimeout, requestTimeout }).toEqual({ keepAliveTimeout: 75_000, requestTimeout: 30_000 });
  expect(headersTimeout).toBeGreaterThan(keepAliveTimeout);
  expect(maxConnections).toBeGreaterThan(0);
  const client = await open(`${postHead('/read', 'Content-Length: 1')}x`);
  await arrives(client, 'Keep-Alive: timeout=75');
});

describe('Expect: 100-continue', () => {
  test('asks for the body once it is read', async () => {
    const { open } = await start();
    const client = await open(postHead('/read', 'Expect: 100-continue', 'Content-Length: 2'));
    await arrives(client, 'HTTP/1.1 100 Continue');
    expect(client.received()).not.toContain('200 OK');
    client.write('xx');
    await arrives(client, 'size 2');
  });

  test('is answered with the refusal alone when nothing reads it', async () => {
    const { open } = await start();
    const client = await open(postHead('/refused', 'Expect: 100-continue', 'Content-Length: 2'));
    await eventually(client.isClosed);
    expect(client.received()).toMatch(/^HTTP\/1\.1 401 .*Connection: close.*refused$/s);
    expect(client.received()).not.toContain('100 Continue');
  });
});

describe('the pace of a body', () => {
  const quick = { paceMs: 50, sweepMs: 10 };

  test.each([
    ['with a length', `${postHead('/read', 'Content-Length: 1000000')}${'x'.repeat(10_000)}`],
    ['in chunks', `${postHead('/read', 'Transfer-Encoding: chunked')}5\r\nxx`],
  ])('that stops %s ends in 408 and a closed connection', async (_, begun) => {
    const { open } = await start(quick);
    const client = await open(begun);
    await eventually(client.isClosed);
    expect(client.received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('is not measured while the handler does not read', async () => {
    let held: (() => void) | undefined;
    const { open } = await start(quick, (request, response) => {
      if (request.url === '/read') handler(request, response);
      else held = () => handler(request, response);
    });
    const client = await open(postHead('/held', 'Content-Length: 2'));
    await eventually(() => held);
    // One that is read and came later is over the pace already.
    const later = await open(postHead('/read', 'Content-Length: 2'));
    await eventually(later.isClosed);
    expect(client.isClosed()).toBe(false);
    held?.();
    client.write('xx');
    await arrives(client, 'size 2');
  });
});

describe('a body that is refused unread', () => {
  test('may still be sent, and the connection used again', async () => {
    const { open } = await start();
    const client = await open(postHead('/refused', `Content-Length: ${2 ** 20}`));
    await arrives(client, 'refused');
    client.write(Buffer.alloc(2 ** 20));
    client.write(`${postHead('/read', 'Content-Length: 3')}abc`);
    await arrives(client, 'size 3');
    expect(client.isClosed()).toBe(false);
  });

  test.each([
    ['after a while', { restMs: 50, sweepMs: 10 }],
    ['when it is too long', { restBytes: 100_000, sweepMs: 10 }],
  ])('is cut %s', async (_, limits) => {
    const { open } = await start(limits);
    const client = await open(postHead('/refused', 'Transfer-Encoding: chunked'));
    await arrives(client, 'refused');
    const more = () => client.write(`400\r\n${'x'.repeat(1_024)}\r\n`);
    await eventually(() => {
      for (let chunk = 0; chunk < 50; chunk += 1) more();
      return client.isClosed();
    });
  });
});
