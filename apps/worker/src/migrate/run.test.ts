/** A migration of many tags, and by a registry that limits rates. */
import { connect } from '@longshore/queue';
import { oci, redisUrl, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { migratedNote, migrationMemory } from './memory.js';
import { runMigration } from './run.js';
import { verifyMigration } from './verify.js';

const LONG_MS = 300_000;
const TAGS = 1_000;
const LEFT = 20;
const TOO_MANY = { status: 429, headers: { 'retry-after': '1' } };

async function parts(to: string) {
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  onTestFinished(() => client.disconnect());
  const controller = new AbortController();
  return {
    ...{ client, prefix: testPrefix(), to, version: '1.0.0', rate: Number.POSITIVE_INFINITY },
    ...{ signal: controller.signal, onProgress: () => {}, controller },
  };
}

test(
  'a thousand tags are continued where another run ended, past registries that limit rates',
  async () => {
    const source = await oci.store({ script: ({ n }) => (n === 50 ? TOO_MANY : undefined) });
    const target = await oci.store({ script: ({ n }) => (n === 70 ? TOO_MANY : undefined) });
    const images = Array.from({ length: 10 }, (_, n) => oci.image({ layers: ['shared', `layer ${n}`] }));
    const tags = Array.from({ length: TAGS }, (_, n) => {
      const image = images[n % images.length] ?? oci.image();
      const named = { repository: `team/app-${n % 20}`, tag: `v${n}` };
      source.has(named.repository, image, named.tag);
      return { registry: source.url, ...named, image, digest: image.digest };
    });
    const migration = { ...(await parts(target.url)), tags };
    const memory = migrationMemory(migration, () => {});
    const done = tags.slice(0, TAGS - LEFT);
    for (const { repository, tag, image } of done) target.has(repository, image, tag);
    await Promise.all(done.map((tag) => memory.note(migratedNote(source.host, tag), tag.digest, 60_000)));

    const report = await runMigration(migration);
    expect(report).toMatchObject({ total: TAGS, already: TAGS - LEFT, copied: LEFT, failures: [], left: 0 });
    expect(tags.filter(({ repository, tag, digest }) => target.tag(repository, tag) !== digest)).toEqual([]);
    // What was done is asked for, and not written again.
    expect(target.requests.filter((one) => /^PUT .*\/manifests\/v/.test(one)).length).toBe(LEFT);
  },
  LONG_MS,
);

test(
  'a tag that is gone, one that cannot be read, and an interruption are distinguished',
  async () => {
    const source = await oci.store({
      script: ({ url }) => (url.includes('/broken/') ? { status: 403 } : undefined),
    });
    const target = await oci.store();
    source.has('team/app', oci.image(), '1.0');
    const tags = [
      { registry: source.url, repository: 'team/app', tag: '1.0' },
      { registry: source.url, repository: 'team/app', tag: 'gone' },
      { registry: source.url, repository: 'broken/app', tag: '1.0' },
    ];
    const migration = { ...(await parts(target.url)), tags };
    expect(await runMigration(migration)).toMatchObject({
      ...{ copied: 1, gone: 1, failed: 1, left: 0 },
      failures: [{ image: 'broken/app:1.0', why: expect.stringContaining('403') }],
    });
    target.manifests.delete('team/app:1.0');
    expect(await verifyMigration(migration)).toMatchObject({
      ...{ same: 0, different: 1, gone: 1, unknown: 1 },
      differences: [{ image: 'team/app:1.0', why: 'is not at the target' }],
    });
    migration.controller.abort();
    expect(await runMigration(migration)).toMatchObject({ left: 3, copied: 0, failed: 0 });
  },
  LONG_MS,
);
