/** What no Redis of a test can be brought to: a clock that is wrong, a server that is old, a Cluster with gaps. */
import type { ServerFacts } from '@longshore/queue/examine';
import { expect, test } from 'vitest';
import { checkCluster, checkEngine, checkSentinels, checkServer, checkTimes } from './redis.js';
import { redisFindings } from './redis-health.js';

const server: ServerFacts = {
  ...{ engine: 'redis', version: '7.0.0', memory: 0, delayedFsyncs: 0, clients: 1, isConfigHidden: false },
};

test.each([
  [0, 'pass'],
  [-1_900, 'pass'],
  [2_100, 'warn'],
  [-2_100, 'warn'],
  [31_000, 'fail'],
  [-31_000, 'fail'],
])('a clock that is %d ms ahead: %s', (aheadMs, status) => {
  const [, clock] = checkTimes({ latencyMs: 1, aheadMs, servers: [server] });
  expect(clock).toMatchObject({ name: 'clock', status });
});

test('a slow network is a warning, never a failure', () => {
  const times = (latencyMs: number) => checkTimes({ latencyMs, aheadMs: 0, servers: [server] })[0]?.status;
  expect([5, 6, 60_000].map(times)).toEqual(['pass', 'warn', 'warn']);
});

test.each([
  ['redis', '6.0.16', 'fail'],
  ['redis', '6.2.0', 'warn'],
  ['redis', '7.0.15', 'pass'],
  ['valkey', '8.1.0', 'pass'],
  ['keydb', '6.3.4', 'warn'],
  ['dragonfly', '1.2.3', 'warn'],
])('%s %s: %s', (engine, version, status) => {
  expect(checkEngine(engine, version)).toMatchObject({ name: 'version', status });
});

test('appendfsync no is a warning, but not of the embedded Redis, whose file the relay brings to the disk', () => {
  const found = (isEmbedded: boolean) =>
    checkServer({ ...server, fsync: 'no' }, isEmbedded).map(({ name, status }) => [name, status]);
  expect(found(false)).toContainEqual(['fsync', 'warn']);
  expect(found(true)).toEqual([['version', 'pass']]);
});

test('a Cluster has to serve all slots', () => {
  expect(checkCluster({ cluster: { state: 'ok', slots: 16_384 } })).toMatchObject([{ status: 'pass' }]);
  expect(checkCluster({ cluster: { state: 'fail', slots: 16_384 } })).toMatchObject([{ status: 'fail' }]);
  expect(checkCluster({ cluster: { state: 'ok', slots: 10_923 } })).toMatchObject([{ status: 'fail' }]);
  expect(checkCluster({})).toEqual([]);
});

test('a Redis that is nearly full fails where events are taken, and nowhere else', () => {
  const health = { up: true, memory: 0.85, full: true, room: 0, limit: 100, warnings: [] };
  expect(redisFindings(health)).toMatchObject([{ name: 'memory', status: 'fail' }]);
  expect(redisFindings(health, false)).toMatchObject([{ name: 'usable', status: 'pass' }]);
  expect(redisFindings({ ...health, full: false, up: false })).toMatchObject([{ status: 'fail' }]);
});

test('a Sentinel that is away is a warning; a quorum that cannot be reached fails', () => {
  const node = '10.0.0.1:26379';
  const status = (...sentinels: Parameters<typeof checkSentinels>[0]) =>
    checkSentinels(sentinels).map((found) => [found.status, found.message]);
  const well = { node, answers: true };
  expect(status(well, well)).toEqual([['pass', '2 Sentinels answer, and can replace the primary']]);
  expect(status(well, { node, answers: false, problem: 'connect ECONNREFUSED' })).toEqual([
    ['warn', `${node} does not answer: connect ECONNREFUSED`],
  ]);
  expect(status({ ...well, problem: 'NOQUORUM 1 usable Sentinels' })).toEqual([
    ['fail', `${node}: NOQUORUM 1 usable Sentinels`],
  ]);
});
