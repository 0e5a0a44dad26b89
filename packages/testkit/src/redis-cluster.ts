/**
 * A real Redis Cluster of three masters, for what only a cluster refuses (keys of one call in several slots).
 * It has no replicas and keeps nothing on disk.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WatchedProcess } from '@longshore/embedded';
import { findRedisServer, type RedisReply, redisCommand } from '@longshore/embedded/redis';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { isPortTaken, launch } from './redis.js';

/** Three masters that share the slots. */
export interface TestRedisCluster {
  /** `redis://127.0.0.1:PORT` of each master. */
  readonly urls: string[];
  readonly ports: number[];
  /** Sends one command to one master (by its place in `ports`) and resolves with the answer. */
  cli(node: number, ...args: string[]): Promise<RedisReply>;
  /** SIGKILL to one master; it stays away until `restart`, and nothing of it is on disk. */
  kill(node: number): Promise<void>;
  /** Starts a killed master again at the same address, with its slots. */
  restart(node: number): Promise<void>;
  /** Ends all masters. Safe to call twice; a test's end calls it. */
  stop(): Promise<void>;
}

interface Node {
  folder: string;
  port: number;
  busPort: number;
  server: WatchedProcess;
}

/** The first and the last slot of each master. */
const SLOTS = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
];

/** Starts three masters that share the slots, and waits until each of them says that the cluster is whole. */
export async function startRedisCluster(): Promise<TestRedisCluster> {
  const folder = await temporaryFolder('cluster');
  const program = await findRedisServer();
  const nodes: Node[] = [];
  const stop = async () => {
    for (const { server } of nodes) server.kill('SIGKILL');
    await Promise.all(nodes.map(({ server }) => server.exited));
    await removeFolder(folder);
  };
  try {
    for (const name of ['a', 'b', 'c']) nodes.push(await startNode(program, join(folder, name)));
    await connect(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  atTestEnd(stop);
  const ports = nodes.map(({ port }) => port);
  return {
    ports,
    urls: ports.map((port) => `redis://127.0.0.1:${port}`),
    cli: (node, ...args) => redisCommand(ports[node] ?? 0, args, { timeout: 10_000 }),
    kill: async (node) => {
      const { server } = at(nodes, node);
      server.kill('SIGKILL');
      await server.exited;
    },
    restart: async (node) => {
      const killed = at(nodes, node);
      killed.server = await launch(program, killed.folder, killed.port, { settings: settings(killed) });
    },
    stop,
  };
}

function at(nodes: readonly Node[], index: number): Node {
  const node = nodes[index];
  if (!node) throw new Error(`the cluster has no master ${index}`);
  return node;
}

const settings = ({ busPort }: Pick<Node, 'busPort'>): Record<string, string> => ({
  'cluster-enabled': 'yes',
  'cluster-port': String(busPort),
  'cluster-node-timeout': '5000',
});

async function startNode(program: string, folder: string): Promise<Node> {
  await mkdir(folder, { recursive: true });
  const address = { folder, port: await freePort(), busPort: await freePort() };
  try {
    const server = await launch(program, folder, address.port, { settings: settings(address) });
    return { ...address, server };
  } catch (error) {
    if (isPortTaken(error)) return startNode(program, folder);
    throw error;
  }
}

/** What `redis-cli --cluster create` does for masters, without needing redis-cli. */
async function connect(nodes: readonly Node[]): Promise<void> {
  for (const [index, { port }] of nodes.entries()) {
    await redisCommand(port, ['CLUSTER', 'ADDSLOTSRANGE', ...(SLOTS[index] ?? [])]);
    // Two masters that begin with the same epoch would first have to settle who is newer.
    await redisCommand(port, ['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)]);
  }
  const [first, ...others] = nodes;
  for (const { port, busPort } of others) {
    await redisCommand(first?.port ?? 0, ['CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort)]);
  }
  for (const { port } of nodes) {
    const whole = (info: RedisReply) => /cluster_state:ok.*cluster_known_nodes:3/s.test(String(info));
    await eventually(() => redisCommand(port, ['CLUSTER', 'INFO']), whole, {
      what: 'a whole cluster',
      timeout: 90_000,
    });
  }
}
