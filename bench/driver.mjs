/**
 * The driver of all benchmarks: posts notifications as a registry does, each with an id of its own and the time at
 * which it was sent, and prints what it took. With `close` each event comes over a new connection, as the registry sends it.
 *
 * `node driver.mjs URL COUNT CONCURRENCY close|keep [RATE] [BYTES]`. RATE: so many events a second, whatever the answers
 * take; 0: the next one when one is answered. BYTES: added to the 1.5 KB of an event.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';

const [url, count, concurrency, connections, rate = 0, extra = 0] = process.argv.slice(2);
const pool = new Pool(url, { connections: Number(concurrency), pipelining: 1, headersTimeout: 0 });
const digest = `sha256:${'5a'.repeat(32)}`;
const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 31337421, digest };

/** 1.5 KB, the size of a manifest push without references; as the registry prints it. */
const event = {
  id: '~id',
  timestamp: '~at',
  action: 'push',
  target: {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: 1994,
    length: 1994,
    repository: 'acme/app',
    url: `http://registry.example.com:5000/v2/acme/app/manifests/${digest}`,
    tag: '1.4.2',
    references: [blob, blob],
    ...(Number(extra) > 0 && { annotations: { filling: 'x'.repeat(Number(extra)) } }),
  },
  request: {
    id: randomUUID(),
    addr: '10.42.7.19:51234',
    host: 'registry.example.com:5000',
    method: 'PUT',
    useragent: 'docker/27.3.1',
  },
  actor: { name: 'ci-bot' },
  source: { addr: 'registry-7c9c8d5f6b-k2x9q:5000', instanceID: randomUUID() },
};
const [head, middle, tail] = JSON.stringify({ events: [event] }, null, 3).split(/~id|~at/);

const latencies = [];
const failures = {};
let left = Number(count);
const post = async () => {
  const started = performance.now();
  const { statusCode, body: answer } = await pool.request({
    path: '/registry/notifications',
    method: 'POST',
    headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' },
    reset: connections === 'close',
    body: `${head}${randomUUID()}${middle}${new Date().toISOString()}${tail}`,
  });
  await answer.dump();
  latencies.push(performance.now() - started);
  if (statusCode >= 300) failures[statusCode] = (failures[statusCode] ?? 0) + 1;
};

const started = performance.now();
if (Number(rate) > 0) {
  const posts = [];
  while (left > 0) {
    const due = Math.min(left, Math.floor(((performance.now() - started) / 1_000) * rate) - posts.length);
    for (let n = 0; n < due; n++, left--) posts.push(post());
    await pause(1);
  }
  await Promise.all(posts);
} else {
  const one = async () => {
    while (left-- > 0) await post();
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, one));
}
const seconds = (performance.now() - started) / 1_000;
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.floor(latencies.length * share)];
const answer = { rate: latencies.length / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), failures };
console.log(JSON.stringify(answer));
await pool.close();
