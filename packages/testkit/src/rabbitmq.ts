/** A RabbitMQ of a test's own: to be killed and started again. Needs `rabbitmq-server`; it takes seconds to start. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type WatchedProcess, watchedProcess } from '@longshore/embedded';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** A server that a test may do anything to. */
export interface TestRabbit {
  /** `amqp://127.0.0.1:PORT`; the user is `guest`. The same after a restart. */
  readonly url: string;
  readonly port: number;
  /** SIGKILL; it stays away until `start()`. Durable queues are on its disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good and removes its folder. A test's end calls it. */
  stop(): Promise<void>;
}

const ROOT = '/usr/lib/rabbitmq/lib';

/** Debian's package keeps the programs below its version. */
const programs = (): string => {
  const [version] = readdirSync(ROOT);
  return join(ROOT, version ?? '', 'sbin');
};

/** Starts one for this test and waits until it answers. @param conf lines of rabbitmq.conf */
export async function startRabbit(conf: readonly string[] = []): Promise<TestRabbit> {
  const folder = await temporaryFolder('rabbitmq');
  const [port, dist, epmd] = [await freePort(), await freePort(), await freePort()];
  await mkdir(join(folder, 'log'));
  await writeFile(join(folder, 'plugins'), '[].');
  await writeFile(join(folder, 'rabbit.conf'), conf.map((line) => `${line}\n`).join(''));
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, RABBITMQ_ALLOW_INPUT: '1', RABBITMQ_LOGS: '-' },
    ...{ RABBITMQ_NODENAME: `test${port}@localhost`, RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1' },
    ...{ RABBITMQ_NODE_PORT: String(port), RABBITMQ_DIST_PORT: String(dist) },
    ...{ ERL_EPMD_PORT: String(epmd), ERL_EPMD_ADDRESS: '127.0.0.1' },
    ...{ RABBITMQ_MNESIA_BASE: join(folder, 'data'), RABBITMQ_LOG_BASE: join(folder, 'log') },
    ...{ RABBITMQ_CONFIG_FILE: join(folder, 'rabbit'), RABBITMQ_CONF_ENV_FILE: '/dev/null' },
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    // One scheduler that does not spin, and no shell
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none -noinput',
  };
  let server: WatchedProcess | undefined;
  // Erlang starts its port mapper as a daemon, which would outlive the test: this one is watched.
  const mapper = watchedProcess('epmd', ['-port', String(epmd), '-address', '127.0.0.1'], { env });
  mapper.start();
  const start = async () => {
    const started = watchedProcess(join(programs(), 'rabbitmq-server'), [], { cwd: folder, env });
    started.start();
    server = started;
    const ended = started.exited.then(({ output }) =>
      Promise.reject(new Error(`rabbitmq-server ended:\n${output}`)),
    );
    ended.catch(() => {});
    await Promise.race([ended, untilItAnswers(port)]);
  };
  const kill = async () => {
    server?.kill('SIGKILL');
    await server?.exited;
  };
  const stop = async () => {
    await kill();
    mapper.kill('SIGKILL');
    await mapper.exited;
    await removeFolder(folder);
  };
  atTestEnd(stop);
  await start();
  return { url: `amqp://127.0.0.1:${port}`, port, kill, start, stop };
}

/** To eight bytes of another protocol it answers with its own. */
async function untilItAnswers(port: number): Promise<void> {
  const answer = async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      socket.write('AMQP\0\0\0\0');
      const [said] = await once(socket, 'data');
      return String(said);
    } finally {
      socket.destroy();
    }
  };
  await eventually(answer, (said) => said.startsWith('AMQP'), { what: 'an answer of RabbitMQ', every: 100 });
}
