/** A primary with one replica and three Sentinels, all real: for what a failover does to a relay. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type WatchedProcess, watchedProcess } from '@longshore/embedded';
import { findRedisServer, type RedisReply, redisCommand } from '@longshore/embedded/redis';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { isPortTaken, launch, untilItAnswers } from './redis.js';

/** Two servers and three Sentinels. The default user of each has no password. */
export interface TestSentinels {
  /** `127.0.0.1:PORT` of each Sentinel. */
  readonly sentinels: string[];
  readonly sentinelPorts: number[];
  /** Name of the primary. */
  readonly master: string;
  /** Ports of the two servers; at first the primary is the first of them. */
  readonly ports: number[];
  /** The port of the primary, as the Sentinels have it. */
  primary(): Promise<number>;
  /** Sends one command to the server or Sentinel at a port and resolves with the answer. */
  cli(port: number, ...args: string[]): Promise<RedisReply>;
  /** SIGKILL to the server at a port. */
  kill(port: number): Promise<void>;
  /** SIGSTOP: its connections stay and nothing answers. */
  pause(port: number): void;
  resume(port: number): void;
  /** Starts a killed server again at the same address. */
  restart(port: number): Promise<void>;
  /** Ends all of them. Safe to call twice; a test's end calls it. */
  stop(): Promise<void>;
}

interface Server {
  folder: string;
  port: number;
  process: WatchedProcess;
}

const MASTER = 'longshore';
/** On a busy machine a server that is well does not answer for a second now and then. */
const DOWN_AFTER_MS = 3_000;
const START_TIMEOUT = { timeout: 60_000 };
const SETTINGS = { 'repl-diskless-sync-delay': '0' };

/** Starts all five, and waits until each Sentinel knows the replica and the other Sentinels. */
export async function startSentinels(): Promise<TestSentinels> {
  const folder = await temporaryFolder('sentinels');
  const program = await findRedisServer();
  const servers: Server[] = [];
  const watchers: Server[] = [];
  const stop = async () => {
    const all = [...watchers, ...servers].map(({ process }) => process);
    for (const process of all) {
      process.kill('SIGKILL');
      process.kill('SIGCONT');
    }
    await Promise.all(all.map(({ exited }) => exited));
    await removeFolder(folder);
  };
  const cli: TestSentinels['cli'] = (port, ...args) => redisCommand(port, args, { timeout: 10_000 });
  try {
    const first = await startServer(program, folder, {});
    servers.push(first);
    servers.push(await startServer(program, folder, { replicaof: `127.0.0.1 ${first.port}` }));
    for (let n = 0; n < 3; n++) watchers.push(await startSentinel(program, folder, first.port));
    for (const { port } of watchers) {
      await eventually(
        async () => String(await cli(port, 'SENTINEL', 'MASTER', MASTER)),
        (master) => /num-slaves,1,num-other-sentinels,2,/.test(master),
        { what: 'a Sentinel that knows all others', ...START_TIMEOUT },
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }
  atTestEnd(stop);
  const at = (port: number): Server => {
    const server = servers.find((each) => each.port === port);
    if (!server) throw new Error(`no server has port ${port}`);
    return server;
  };
  const sentinelPorts = watchers.map(({ port }) => port);
  return {
    sentinelPorts,
    sentinels: sentinelPorts.map((port) => `127.0.0.1:${port}`),
    master: MASTER,
    ports: servers.map(({ port }) => port),
    cli,
    async primary() {
      const [, port] = (await cli(
        sentinelPorts[0] ?? 0,
        'SENTINEL',
        'GET-MASTER-ADDR-BY-NAME',
        MASTER,
      )) as string[];
      return Number(port);
    },
    async kill(port) {
      const { process } = at(port);
      process.kill('SIGKILL');
      await process.exited;
    },
    pause: (port) => at(port).process.kill('SIGSTOP'),
    resume: (port) => at(port).process.kill('SIGCONT'),
    async restart(port) {
      const server = at(port);
      server.process = await launch(program, server.folder, port, { appendonly: true, settings: SETTINGS });
    },
    stop,
  };
}

async function startServer(
  program: string,
  folder: string,
  settings: Record<string, string>,
): Promise<Server> {
  const port = await freePort();
  const own = join(folder, String(port));
  await mkdir(own);
  try {
    const all = { appendonly: true, settings: { ...SETTINGS, ...settings } };
    return { folder: own, port, process: await launch(program, own, port, all) };
  } catch (error) {
    if (isPortTaken(error)) return startServer(program, folder, settings);
    throw error;
  }
}

async function startSentinel(program: string, folder: string, primary: number): Promise<Server> {
  const port = await freePort();
  const own = join(folder, String(port));
  await mkdir(own);
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    'dir ./',
    `sentinel monitor ${MASTER} 127.0.0.1 ${primary} 2`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} ${2 * DOWN_AFTER_MS}`,
  ];
  await writeFile(join(own, 'sentinel.conf'), `${lines.join('\n')}\n`);
  const process = watchedProcess(program, ['sentinel.conf', '--sentinel'], { cwd: own });
  process.start();
  try {
    await untilItAnswers(process, port);
  } catch (error) {
    if (isPortTaken(error)) return startSentinel(program, folder, primary);
    throw error;
  }
  return { folder: own, port, process };
}
