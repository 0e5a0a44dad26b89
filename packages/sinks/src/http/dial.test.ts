/** Several addresses of a name: none costs the attempt, whether it refuses, hangs or is slow. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { dial, type Sockets } from './dial.js';

interface Dialing extends Sockets {
  opened: Socket[];
  end(): void;
}

function sockets(): Dialing {
  let ended = false;
  const opened: Socket[] = [];
  const end = () => {
    ended = true;
    for (const socket of opened) socket.destroy();
  };
  onTestFinished(end);
  return {
    opened,
    track: (socket) => void opened.push(socket),
    atProxy: false,
    get ended() {
      return ended;
    },
    end,
  };
}

/** The address that was connected to, or the error. */
function dialed(addresses: string[], port: number, from: Sockets = sockets()): Promise<string | Error> {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return new Promise((resolve) =>
    dial(
      { host: 'name.test', port },
      from,
      (error, socket) => resolve(error ?? socket?.remoteAddress ?? ''),
      { lookup: (_, done) => done(null, found) },
    ),
  );
}

/**
 * On 127.0.0.1 a server in a thread that accepts nothing until it is told to, with a full backlog: to everybody
 * else connecting takes its time. On 127.0.0.2 an ordinary one with the same port.
 */
async function hangingAndWell() {
  const told = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(HANGS, { eval: true, workerData: told });
  onTestFinished(async () => {
    Atomics.store(told, 0, 1);
    Atomics.notify(told, 0);
    await thread.terminate();
  });
  const [port] = (await once(thread, 'message')) as [number];
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy();
  });
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));
  const accept = () => {
    Atomics.store(told, 0, 1);
    Atomics.notify(told, 0);
  };
  return { port, accept };
}

const HANGS = `
  const { parentPort, workerData } = require('node:worker_threads');
  const net = require('node:net');
  const well = net.createServer((socket) => socket.on('error', () => {}));
  well.listen(0, '127.0.0.2', () => {
    const { port } = well.address();
    const hanging = net.createServer((socket) => socket.on('error', () => {}));
    hanging.listen({ port, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(port);
      setImmediate(() => Atomics.wait(workerData, 0, 0));
    });
  });
`;

test('an address that refuses hands over to the next one at once', async () => {
  const { port } = await hangingAndWell();
  expect(await dialed(['127.0.0.3', '127.0.0.2'], port)).toBe('127.0.0.2');
});

test('an address that hangs does not keep the next one waiting, and is let go of', async () => {
  const { port } = await hangingAndWell();
  const from = sockets();
  expect(await dialed(['127.0.0.1', '127.0.0.2'], port, from)).toBe('127.0.0.2');
  expect(from.opened.map(({ destroyed }) => destroyed)).toEqual([true, false]);
});

test('an address that is slow is not given up for one that refuses', async () => {
  const { port, accept } = await hangingAndWell();
  const from = sockets();
  const result = dialed(['127.0.0.1', '127.0.0.3'], port, from);
  await expect.poll(() => from.opened.length).toBe(2);
  accept();
  expect(await result).toBe('127.0.0.1');
});

test('of several errors each is told', async () => {
  const { port } = await hangingAndWell();
  const error = await dialed(['127.0.0.3', '::1', '127.0.0.4'], port);
  expect((error as AggregateError).errors).toHaveLength(3);
});

test('a name of /etc/hosts with a dot at its end is found', async () => {
  const server = createServer((socket) => socket.on('error', () => {}));
  server.listen(0);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const found = await new Promise<Socket | undefined>((resolve, reject) =>
    dial({ host: 'localhost.', port }, sockets(), (error, socket) =>
      error ? reject(error) : resolve(socket),
    ),
  );
  expect(found?.remotePort).toBe(port);
});

test('the families take turns', async () => {
  const { port } = await hangingAndWell();
  const from = sockets();
  expect(await dialed(['::1', '::1', '127.0.0.2'], port, from)).toBe('127.0.0.2');
  expect(from.opened).toHaveLength(2);
});

test('after the end nothing is connected', async () => {
  const from = sockets();
  from.end();
  void dialed(['127.0.0.1'], 1, from);
  await new Promise((resolve) => setImmediate(resolve));
  expect(from.opened).toEqual([]);
});
