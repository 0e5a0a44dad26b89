/** A Redis that speaks TLS and asks for a client certificate: alone, behind a Sentinel, or as a Cluster of one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watchedProcess } from '@longshore/embedded';
import { findRedisServer, redisCommand } from '@longshore/embedded/redis';
import { type Certificate, selfSigned } from './certificate.js';
import { atTestEnd, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { startRedis, type TestRedis, untilItAnswers } from './redis.js';

/** See the header. */
export interface TestTlsRedis {
  /** The server; its `url` and `port` are those without TLS. */
  redis: TestRedis;
  /** Port of TLS. */
  port: number;
  /** Port of the Sentinel, with `sentinel`. */
  sentinelPort: number;
  /** Name of the primary. */
  master: string;
  /** Its own certificate, which is for `redis.test` and 127.0.0.1, and is its own authority. */
  server: Certificate;
  /** A certificate that it accepts of clients. */
  client: Certificate;
}

const MASTER = 'longshore';

/** @param kind default: one server */
export async function startTlsRedis(kind: 'alone' | 'sentinel' | 'cluster' = 'alone'): Promise<TestTlsRedis> {
  const folder = await temporaryFolder('redis-tls');
  const [server, client] = [
    selfSigned({ names: ['redis.test', '127.0.0.1'] }),
    selfSigned({ names: ['client'] }),
  ];
  const path = (name: string) => join(folder, name);
  await writeFile(path('cert.pem'), server.cert);
  await writeFile(path('key.pem'), server.key);
  await writeFile(path('ca.pem'), server.cert + client.cert);
  const port = await freePort();
  const tls = {
    'tls-port': String(port),
    'tls-cert-file': path('cert.pem'),
    'tls-key-file': path('key.pem'),
    'tls-ca-cert-file': path('ca.pem'),
    'tls-auth-clients': 'yes',
  };
  const cluster = {
    ...{ 'cluster-enabled': 'yes', 'tls-cluster': 'yes', 'cluster-port': String(await freePort()) },
    // it has met no other node that would tell it
    'cluster-announce-ip': '127.0.0.1',
  };
  const redis = await startRedis({ settings: { ...tls, ...(kind === 'cluster' && cluster) } });
  if (kind === 'cluster') {
    await redis.cli('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await eventually(
      () => redis.cli('CLUSTER', 'INFO'),
      (info) => String(info).includes('cluster_state:ok'),
    );
  }
  const sentinelPort = kind === 'sentinel' ? await startSentinel(folder, port, tls) : 0;
  return { redis, port, sentinelPort, master: MASTER, server, client };
}

async function startSentinel(folder: string, primary: number, tls: Record<string, string>): Promise<number> {
  const [port, plain] = [await freePort(), await freePort()];
  const own = join(folder, 'sentinel');
  await mkdir(own);
  const lines = [
    `port ${plain}`,
    'bind 127.0.0.1',
    'dir ./',
    ...Object.entries({ ...tls, 'tls-port': String(port), 'tls-replication': 'yes' }).map((entry) =>
      entry.join(' '),
    ),
    `sentinel monitor ${MASTER} 127.0.0.1 ${primary} 1`,
  ];
  await writeFile(join(own, 'sentinel.conf'), `${lines.join('\n')}\n`);
  const process = watchedProcess(await findRedisServer(), ['sentinel.conf', '--sentinel'], { cwd: own });
  process.start();
  atTestEnd(async () => {
    process.kill('SIGKILL');
    await process.exited;
  });
  await untilItAnswers(process, plain);
  await eventually(
    async () => String(await redisCommand(plain, ['SENTINEL', 'MASTER', MASTER])),
    (master) => /flags,master,/.test(master),
    { what: 'a Sentinel that knows its primary' },
  );
  return port;
}
