// A relay with an endpoint in every state and a day behind it, for pictures of the dashboard.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const requireLongshore = createRequire(join(root, 'apps/longshore/package.json'));
const load = (name) => import(pathToFileURL(requireLongshore.resolve(name)).href);

const NAMES = 'argo-image-updater billing ci-trigger deploys-prod deploys-staging flux-receiver'
  .split(' ')
  .concat(
    'grafana-annotations harbor-mirror kargo notifications-slack sbom-scanner teams-webhook'.split(' '),
  );
const MINUTE_MS = 60_000;

/** A receiver: each first part of the path answers in its own way. */
async function startReceiver() {
  const server = createServer((request, response) => {
    const [, how] = request.url.split('/');
    request.resume().on('end', () => {
      if (how === 'broken') response.writeHead(500).end('{"error":"database is locked"}');
      else if (how === 'gone') response.writeHead(410).end();
      else if (how === 'busy')
        response.writeHead(503, { 'retry-after': '3600' }).end('maintenance until noon');
      else if (how === 'slow') setTimeout(() => response.end('ok'), 700);
      else setTimeout(() => response.end('ok'), Math.random() * 60);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

const endpointsOf = (url, removed) => [
  ...NAMES.map((name) => ({ name, url: `${url}/fine/${name}`, timeout: '2s' })),
  { name: 'legacy-cmdb', url: `${url}/broken`, threshold: 3, backoff: '200ms', hold: false },
  { name: 'inventory', url: `${url}/broken`, threshold: 40, backoff: '20m', hold: false },
  { name: 'old-dashboard', url: `${url}/gone` },
  { name: 'security-audit', url: 'http://127.0.0.1:9/hook' },
  { name: 'asset-tracker', url: `${url}/busy` },
  { name: 'thumbnails', url: `${url}/slow`, concurrency: 1, timeout: '3s' },
  { name: 'paused-for-migration', url: `${url}/fine`, paused: true },
  {
    name: 'audit-stream',
    kind: 'redisstream',
    url: 'redis://127.0.0.1:9/0',
    redisstream: { key: 'registry' },
  },
  { name: 'retired', url: `${url}/fine`, disabled: true },
  ...(removed ? [{ name: 'removed-last-week', url: `${url}/broken`, paused: true }] : []),
];

const event = (n) => ({
  id: crypto.randomUUID(),
  timestamp: new Date(Date.now() - n * 1_000).toISOString(),
  action: n % 4 === 0 ? 'pull' : 'push',
  target: {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${crypto.randomUUID().replaceAll('-', '').padEnd(64, 'a')}`,
    size: 1200 + n,
    repository: ['acme/app', 'acme/web/frontend', 'team/payments/ledger-service'][n % 3],
    tag: `1.${n % 7}.${n}`,
  },
  request: {
    id: crypto.randomUUID(),
    addr: '10.1.2.3',
    host: 'registry.example.com',
    method: 'PUT',
    useragent: 'docker/29',
  },
  actor: { name: 'ci' },
});

/** A day of attempts, as a worker would have noted them. */
async function writeDay(socket, prefix) {
  const [{ connect }, { createPulse }] = [
    await load('@longshore/queue'),
    await load('@longshore/queue/pulse'),
  ];
  const client = connect({ socket: () => socket }, 'producer', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  let clock = 0;
  const pulse = createPulse(client, prefix, () => clock);
  const now = Date.now();
  for (let ago = 24 * 60; ago > 0; ago -= 5) {
    clock = now - ago * MINUTE_MS;
    const day = 1 + Math.sin((ago / (24 * 60)) * Math.PI * 2);
    for (const [n, name] of [...NAMES, 'thumbnails', 'asset-tracker', 'inventory', 'legacy-cmdb'].entries()) {
      const count = Math.round(day * ((n * 7) % 11) * Math.random() * 4);
      const isBad =
        (n % 5 === 2 && ago > 300 && ago < 380) ||
        (name === 'legacy-cmdb' && ago < 200) ||
        Math.random() < 0.004;
      for (let i = 0; i < count; i++) {
        const ms = 8 + Math.random() ** 3 * (n * 40);
        pulse.note(
          name,
          isBad
            ? { delivered: false, attempt: 1, status: 500, reason: 'http_500', ms }
            : { delivered: true, ms },
        );
      }
    }
    await pulse.flush();
  }
  await pulse.close();
  client.disconnect();
}

/** Retries the first dead letters slowly, so that an operation is seen while it runs. */
async function startRetry(url) {
  const headers = { origin: url };
  for (let n = 0; n < 50; n++) {
    const answer = await fetch(`${url}/api/v1/dead?endpoint=legacy-cmdb`, { headers });
    if ((await answer.json()).items?.length > 5) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const body = new URLSearchParams({ endpoint: 'legacy-cmdb', rate: '0.2' });
  await fetch(`${url}/dead/retry`, { method: 'POST', headers, body, redirect: 'manual' });
}

/** Starts it. `archive`: with an archive, which needs PostgreSQL. */
export async function startDemo({ archive = false, many = 0 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-pictures-'));
  // PostgreSQL runs as another user when this one is root.
  await chmod(folder, 0o711);
  const receiver = await startReceiver();
  const file = join(folder, 'longshore.yml');
  const config = (removed) => ({
    version: 0.1,
    notifications: {
      endpoints: [
        ...endpointsOf(receiver.url, removed),
        ...Array.from({ length: many }, (_, n) => ({
          name: `tenant-${n + 1}`,
          url: `${receiver.url}/fine/${n}`,
        })),
      ],
    },
    ...(archive && { archive: {} }),
    ingest: { listen: '127.0.0.1:0' },
    dashboard: { listen: '127.0.0.1:0', environment: { name: 'production', colour: 'red' } },
    admin: { listen: '127.0.0.1:0' },
    datadir: join(folder, 'data'),
    log: { pretty: false },
  });
  await writeFile(file, JSON.stringify(config(true)));
  const bin = join(root, 'apps/longshore/bin/longshore.js');
  const child = spawn(process.execPath, [bin, 'run', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the relay has ended')));
    lines.on(
      'line',
      (line) => line.startsWith('{') && JSON.parse(line).msg === 'ready' && resolve(JSON.parse(line)),
    );
  });
  const socket = (await readFile(join(folder, 'data/redis/socket'), 'utf8')).trim();
  await writeDay(socket, 'longshore');
  const post = (body) =>
    fetch(`${ready.ingest}/registry/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' },
      body,
    });
  for (let n = 0; n < (many > 0 ? 1 : 12); n++)
    await post(JSON.stringify({ events: Array.from({ length: 5 }, (_, i) => event(n * 5 + i)) }));
  await post('{"events":[{"broken":');
  await post('not json at all <script>alert(1)</script>');
  await writeFile(file, JSON.stringify(config(false)));
  await startRetry(ready.dashboard);
  return {
    url: ready.dashboard,
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      receiver.server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
