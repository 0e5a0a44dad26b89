/** A Sentinel that says what a test has it say, and when: for a failover at a moment that a real one does not wait for. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { SentinelAddress } from '../address.js';

/** Ends with the test. */
export interface ScriptedSentinel {
  address: SentinelAddress;
  /** How often a client has asked where the primary is. */
  asked(): number;
  /** How many clients hear of failovers. */
  listeners(): number;
  /** Answers from now on, also those who wait. Undefined: they wait. */
  answer(port: number | undefined): void;
  /** Says to all who listen that the primary is another one. */
  announce(master?: string): void;
  /** Breaks its connections. It accepts new ones. */
  leave(): void;
}

const bulk = (...parts: (string | number)[]): string =>
  `*${parts.length}\r\n${parts.map((part) => `$${String(part).length}\r\n${part}\r\n`).join('')}`;

const CHANNEL = '+switch-master';

/** @param port of the primary on 127.0.0.1, which it names until `answer` is called */
export async function scriptedSentinel(port: number): Promise<ScriptedSentinel> {
  const master = 'longshore';
  const listening = new Set<Socket>();
  const waiting = new Set<Socket>();
  let primary: number | undefined = port;
  let asked = 0;
  const answer = (): void => {
    if (primary === undefined) return;
    for (const socket of waiting) socket.write(bulk('127.0.0.1', primary));
    waiting.clear();
  };
  const take = (socket: Socket, command: string): void => {
    if (/^subscribe$/i.test(command)) {
      listening.add(socket);
      socket.write(`*3\r\n$9\r\nsubscribe\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n:1\r\n`);
    } else if (/^get-master-addr-by-name$/i.test(command)) {
      asked++;
      waiting.add(socket);
      answer();
    } else if (/^sentinels$/i.test(command)) socket.write('*0\r\n');
    else if (/^hello$/i.test(command)) socket.write("-ERR unknown command 'HELLO'\r\n");
    else if (/^setinfo$/i.test(command)) socket.write('+OK\r\n');
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const set of [sockets, listening, waiting]) set.delete(socket);
    });
    // One word of each command says which it is.
    socket.setEncoding('latin1').on('data', (text) => {
      for (const word of String(text).split('\r\n')) take(socket, word);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const leave = (): void => {
    for (const socket of sockets) socket.destroy();
    for (const set of [sockets, listening, waiting]) set.clear();
  };
  onTestFinished(() => {
    server.close();
    leave();
  });
  const own = (server.address() as AddressInfo).port;
  return {
    address: { nodes: [`127.0.0.1:${own}`], master },
    asked: () => asked,
    listeners: () => listening.size,
    answer(at) {
      primary = at;
      answer();
    },
    leave,
    announce(name = master) {
      const text = `${name} 127.0.0.1 1 127.0.0.1 2`;
      for (const socket of listening) socket.write(bulk('message', CHANNEL, text));
    },
  };
}
