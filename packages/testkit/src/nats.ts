/** A NATS server of a test's own, with JetStream: to be restarted and killed. Needs `nats-server`. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type WatchedProcess, watchedProcess } from '@longshore/embedded';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { toolPath } from './tools.js';

/** A server that a test may do anything to. */
export interface TestNats {
  /** `nats://127.0.0.1:PORT`. The same after a restart. */
  readonly url: string;
  readonly port: number;
  /** SIGKILL; it stays away until `start()`. Streams are on its disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** SIGSTOP: connections are accepted by the kernel and nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends it for good and removes its folder. A test's end calls it. */
  stop(): Promise<void>;
}

/** Starts one for this test and waits until it answers. @param args further ones of `nats-server` */
export async function startNats(args: readonly string[] = []): Promise<TestNats> {
  const program = toolPath('nats-server');
  if (!program) throw new Error('nats-server is missing: install it (Debian: nats-server)');
  const folder = await temporaryFolder('nats');
  const port = await freePort();
  let server: WatchedProcess | undefined;
  const start = async () => {
    const own = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'js')];
    const started = watchedProcess(program, [...own, ...args], { cwd: folder });
    started.start();
    server = started;
    const ended = started.exited.then(({ output }) =>
      Promise.reject(new Error(`nats-server ended:\n${output}`)),
    );
    ended.catch(() => {});
    await Promise.race([ended, untilItGreets(port)]);
  };
  const kill = async () => {
    server?.kill('SIGKILL');
    await server?.exited;
  };
  const stop = async () => {
    await kill();
    await removeFolder(folder);
  };
  atTestEnd(stop);
  await start();
  return {
    ...{ url: `nats://127.0.0.1:${port}`, port, start, kill, stop },
    pause: () => server?.kill('SIGSTOP'),
    resume: () => server?.kill('SIGCONT'),
  };
}

/** Its first line is `INFO {…}`. */
async function untilItGreets(port: number): Promise<void> {
  const greeting = async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      const [said] = await once(socket, 'data');
      return String(said);
    } finally {
      socket.destroy();
    }
  };
  await eventually(greeting, (said) => said.startsWith('INFO'), { what: 'a greeting of nats-server' });
}
