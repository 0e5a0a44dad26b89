/**
 * Posts notifications as a registry does and prints what it took: `node load.mjs URL COUNT CONCURRENCY close|keep`.
 * With `close` each event comes over a new connection, as the registry sends it.
 */
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

const [url, count, concurrency, connections] = process.argv.slice(2);
const pool = new Pool(url, { connections: Number(concurrency), pipelining: 1 });
const digest = `sha256:${'5a'.repeat(32)}`;
const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 31337421, digest };

/** 1.5 KB, the size of a manifest push without references. */
const envelope = () =>
  JSON.stringify(
    {
      events: [
        {
          id: randomUUID(),
          timestamp: new Date().toISOString(),
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
        },
      ],
    },
    null,
    3,
  );

const bodies = Array.from({ length: Number(count) }, envelope);
const latencies = [];
const failures = {};
const worker = async () => {
  for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
    const started = performance.now();
    const { statusCode, body: answer } = await pool.request({
      path: '/registry/notifications',
      method: 'POST',
      headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' },
      reset: connections === 'close',
      body,
    });
    await answer.dump();
    latencies.push(performance.now() - started);
    if (statusCode !== 202) failures[statusCode] = (failures[statusCode] ?? 0) + 1;
  }
};
const started = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
const seconds = (performance.now() - started) / 1_000;
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.floor(latencies.length * share)];
console.log(JSON.stringify({ rate: latencies.length / seconds, p50: at(0.5), p99: at(0.99), failures }));
await pool.close();
