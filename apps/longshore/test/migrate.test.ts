/** A plan of what is alive, carried out by skopeo and by Longshore from one real registry to another. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventually,
  hasTool,
  oci,
  pushImage,
  redisUrl,
  runProcess,
  skopeo,
  startRegistry,
  testDatabase,
  testPrefix,
} from '@longshore/testkit';
import pg from 'pg';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { longshore, startRelay, workFolder, writeConfig } from './relay.js';

const LONG_MS = 300_000;

/** A registry on a port is named without one here: skopeo’s --scoped makes a repository of the source’s name. */
const NAME = 'registry.internal';

const digestAt = async (url: string, repository: string, tag: string): Promise<string | null> => {
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
  const answer = await fetch(`${url}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept },
  });
  return answer.headers.get('docker-content-digest');
};

const tagsIn = async (url: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      'select count(*) as n from longshore.tag_state where digest is not null',
    );
    return Number(rows[0]?.n);
  } finally {
    await client.end();
  }
};

/** Killed when the first of two chunks of a layer is at the target: the next run sends the second one alone. */
async function continuedInALayer(ingest: string, config: object): Promise<void> {
  const since = new Date().toISOString();
  const image = oci.image({ layers: [Buffer.alloc(40 * 1024 * 1024, 'a large layer')] });
  const [layer] = oci.partsOf(image).filter(({ size }) => size > 1024 * 1024);
  const source = await oci.store();
  source.has('team/big', image, '1.0');
  let isBusy = true;
  const chunks: string[] = [];
  const target = await oci.store({
    script({ method }) {
      if (method !== 'PATCH') return undefined;
      const isRefused = isBusy && chunks.length > 0;
      chunks.push(isRefused ? 'refused' : 'taken');
      return isRefused ? { status: 503, headers: { 'retry-after': '600' } } : undefined;
    },
  });
  const { mediaType, digest, size } = image;
  const event = {
    ...{ id: 'big', timestamp: new Date().toISOString(), action: 'push', request: { host: source.host } },
    target: { mediaType, digest, size, repository: 'team/big', tag: '1.0' },
  };
  const headers = { 'content-type': 'application/vnd.docker.distribution.events.v1+json' };
  const body = JSON.stringify({ events: [event] });
  const posted = await fetch(`${ingest}/registry/notifications`, { method: 'POST', headers, body });
  expect(posted.status).toBe(202);

  const registries = [{ source: 'distribution', url: source.url }];
  const file = await writeConfig(await workFolder(), { ...config, registries });
  const args = ['--config', file, '--to', target.url, '--since', since];
  await eventually(
    async () => (await command(['migrate', 'plan', ...args])).stdout,
    (plan) => plan.includes(digest),
    AT_LAST,
  );
  const killed = longshore(['migrate', 'run', ...args]);
  await eventually(
    async () => chunks,
    (seen) => seen.includes('refused'),
    AT_LAST,
  );
  killed.kill('SIGKILL');
  await killed.exited;
  isBusy = false;
  const { code, stdout } = await command(['migrate', 'run', ...args, '--json']);
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, copied: 1, failed: 0 });
  expect(target.tag('team/big', '1.0')).toBe(digest);
  // Each chunk was taken once, in one upload.
  expect(chunks.filter((one) => one === 'taken')).toHaveLength(2);
  const uploads = target.requests.filter(
    (one) => one.startsWith('PUT') && one.includes(layer?.digest.slice(7) ?? '?'),
  );
  expect(uploads).toHaveLength(1);
}

test.skipIf(!hasTool('skopeo') || !hasTool('docker-registry') || !hasTool('postgres'))(
  'skopeo and longshore copy what the plan lists, with the same digests, also after kill -9',
  async () => {
    const url = await testDatabase();
    const folder = await workFolder();
    const redis = { url: redisUrl(), prefix: testPrefix() };
    const file = await writeConfig(folder, { archive: { url }, redis });
    const relay = await startRelay(file);
    const endpoints = [{ name: 'longshore', url: `${relay.ingest}/registry/notifications`, timeout: '10s' }];
    const [made, source, target] = [
      await startRegistry(),
      await startRegistry({ endpoints, includereferences: true }),
      await startRegistry(),
    ];
    await pushImage(made.url, 'acme/app', '1.0', { schema: 'index' });
    await pushImage(made.url, 'other/app', 'latest');
    await pushImage(made.url, 'acme/app', 'gone', { layers: ['of its own'] });
    const names = ['acme/app:1.0', 'acme/app:gone', 'other/app:latest'];
    for (const name of names)
      await skopeo('copy', '--all', `docker://${made.host}/${name}`, `docker://${source.host}/${name}`);
    await eventually(
      () => tagsIn(url),
      (tags) => tags === names.length,
      AT_LAST,
    );
    // Compressed by skopeo: other digests than those that were made.
    const index = await digestAt(source.url, 'acme/app', '1.0');
    const image = await digestAt(source.url, 'other/app', 'latest');
    const gone = await digestAt(source.url, 'acme/app', 'gone');
    await fetch(`${source.url}/v2/acme/app/manifests/${gone}`, { method: 'DELETE' });
    await eventually(
      () => tagsIn(url),
      (tags) => tags === names.length - 1,
      AT_LAST,
    );

    const list = await command(['migrate', 'plan', '--config', file, '--to', target.host]);
    expect([list.code, list.stdout.trim().split('\n')]).toEqual([
      0,
      [
        `${source.host}/acme/app@${index} ${target.host}/acme/app:1.0`,
        `${source.host}/other/app@${image} ${target.host}/other/app:latest`,
      ],
    ]);

    const registries = [{ source: 'distribution', url: `https://${NAME}/` }];
    const named = await writeConfig(await workFolder(), { archive: { url }, redis, registries });
    const byName = await command(['migrate', 'plan', '--config', named, '--to', target.host]);
    expect(byName.stdout).toBe(list.stdout.replaceAll(`${source.host}/`, `${NAME}/`));

    const plan = await command([
      'migrate',
      'plan',
      '--config',
      file,
      '--to',
      target.host,
      '--format',
      'skopeo',
    ]);
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('without a port')]);
    const yaml = join(folder, 'images.yml');
    await writeFile(yaml, plan.stdout.replaceAll(`"${source.host}":`, `"${NAME}":`));
    const conf = join(folder, 'registries.conf');
    await writeFile(conf, `[[registry]]\nprefix = "${NAME}"\nlocation = "${source.host}"\ninsecure = true\n`);
    const flags = ['--all', '--scoped', '--preserve-digests', '--keep-going', '--dest-tls-verify=false'];
    const sync = runProcess('skopeo', [
      '--registries-conf',
      conf,
      'sync',
      '--src',
      'yaml',
      '--dest',
      'docker',
      ...flags,
      yaml,
      target.host,
    ]);
    expect(await sync.exited).toMatchObject({ code: 0 });
    expect(await digestAt(target.url, `${NAME}/acme/app`, '1.0')).toBe(index);
    expect(await digestAt(target.url, `${NAME}/other/app`, 'latest')).toBe(image);
    expect(await digestAt(target.url, `${NAME}/acme/app`, 'gone')).toBeNull();

    // The same by Longshore: killed once one tag is at the target, and run again.
    const migrate = async (action: string, ...more: string[]) => {
      const done = await command([
        'migrate',
        action,
        '--config',
        file,
        '--to',
        target.url,
        '--json',
        ...more,
      ]);
      return { code: done.code, ...JSON.parse(done.stdout) };
    };
    expect(await migrate('verify')).toMatchObject({ code: 1, different: 2, same: 0 });
    const killed = longshore(['migrate', 'run', '--config', file, '--to', target.host, '--rate', '60/h']);
    await eventually(
      () =>
        Promise.all([digestAt(target.url, 'acme/app', '1.0'), digestAt(target.url, 'other/app', 'latest')]),
      (digests) => digests.some((digest) => digest !== null),
      AT_LAST,
    );
    killed.kill('SIGKILL');
    await killed.exited;
    expect(await migrate('verify')).toMatchObject({ code: 1, different: 1, same: 1 });
    expect(await migrate('run')).toMatchObject({ code: 0, total: 2, failed: 0, gone: 0, left: 0 });
    expect(await digestAt(target.url, 'acme/app', '1.0')).toBe(index);
    expect(await digestAt(target.url, 'other/app', 'latest')).toBe(image);
    expect(await migrate('verify')).toMatchObject({ code: 0, same: 2, different: 0 });
    // What is noted as copied and was deleted since is copied again.
    await fetch(`${target.url}/v2/other/app/manifests/${image}`, { method: 'DELETE' });
    expect(await migrate('run')).toMatchObject({ code: 0, copied: 1, already: 1 });
    await source.stop();
    expect(await migrate('verify')).toMatchObject({ code: 1, unknown: 2, different: 0 });
    await continuedInALayer(relay.ingest, { archive: { url }, redis });
  },
  LONG_MS,
);
