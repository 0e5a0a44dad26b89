/** A migration of many tags, and by a registry that limits rates. */
import { connect } from '@longshore/queue';
import { oci, redisUrl, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { runMigration } from './run.js';
import type { MigrationReport } from './types.js';
import { verifyMigration } from './verify.js';

const LONG_MS = 300_000;
const TAGS = 150;
/** The request to the target that is refused, from 1. */
const REFUSED = 70;
const digestIn = (request: string): string => /digest=([^&]*)/.exec(request)?.[1] ?? '';
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
  'many tags are copied by two runs, past registries that limit rates, and nothing is sent twice',
  async () => {
    const source = await oci.store({ script: ({ n }) => (n === 50 ? TOO_MANY : undefined) });
    const target = await oci.store({ script: ({ n }) => (n === REFUSED ? TOO_MANY : undefined) });
    const images = Array.from({ length: 10 }, (_, n) => oci.image({ layers: ['shared', `layer ${n}`] }));
    const tags = Array.from({ length: TAGS }, (_, n) => {
      const image = images[n % images.length] ?? oci.image();
      const named = { repository: `team/app-${n % 20}`, tag: `v${n}` };
      source.has(named.repository, image, named.tag);
      return { registry: source.url, ...named, digest: image.digest };
    });
    const migration = { ...(await parts(target.url)), tags };
    const { controller, ...rest } = migration;
    const onProgress = ({ copied }: MigrationReport): void => {
      if (copied === TAGS / 2) controller.abort();
    };
    const first = await runMigration({ ...rest, onProgress });
    expect(first).toMatchObject({ total: TAGS, failures: [], already: 0, gone: 0 });
    expect(first.left).toBeGreaterThan(0);
    const second = await runMigration({ ...rest, signal: new AbortController().signal });
    // One that was copied when the first run was interrupted may not have been counted by it.
    expect(second).toMatchObject({ total: TAGS, failures: [], gone: 0, left: 0 });
    expect(second.already).toBeGreaterThanOrEqual(first.copied);
    expect(tags.filter(({ repository, tag, digest }) => target.tag(repository, tag) !== digest)).toEqual([]);
    const taken = target.requests.toSpliced(REFUSED - 1, 1);
    const puts = taken.filter((one) => /^PUT .*\/manifests\/v/.test(one));
    expect(puts.length).toBe(new Set(puts).size);
    const uploads = taken.filter((one) => /^PUT .*\?.*digest=/.test(one)).map(digestIn);
    expect(uploads.length).toBe(new Set(uploads).size);
  },
  LONG_MS,
);

test(
  'what is signed after an image was copied is missing at the target until the next run',
  async () => {
    const source = await oci.store();
    const target = await oci.store();
    const [linux, arm] = [oci.image({ layers: ['a'] }), oci.image({ layers: ['b'] })];
    const index = oci.index([linux, arm]);
    source.has('team/app', index, '1.0');
    const migration = {
      ...(await parts(target.url)),
      tags: [{ registry: source.url, repository: 'team/app', tag: '1.0' }],
    };
    expect(await runMigration(migration)).toMatchObject({ copied: 1, failed: 0 });
    expect(await verifyMigration(migration)).toMatchObject({ same: 1, different: 0 });
    expect(await runMigration(migration)).toMatchObject({ already: 1 });

    const refersTo = ({ mediaType, digest, size }: typeof linux, layer: string) => {
      const fields = { subject: { mediaType, digest, size } };
      return oci.image({ layers: [layer], artifactType: 'application/spdx+json', fields });
    };
    const [sbom, signature] = [refersTo(arm, 'sbom'), refersTo(index, 'signature')];
    source.has('team/app', oci.index([sbom]), arm.digest.replace(':', '-'));
    source.has('team/app', oci.index([signature]), index.digest.replace(':', '-'));
    const { differences } = await verifyMigration(migration);
    expect(differences).toMatchObject([{ image: 'team/app:1.0' }]);
    expect(differences[0]?.why).toContain('is without 2 referrers at the target');
    expect(differences[0]?.why).toContain(sbom.digest);
    expect(await runMigration(migration)).toMatchObject({ copied: 1, failed: 0 });
    expect(await verifyMigration(migration)).toMatchObject({ same: 1, different: 0 });
    expect(await runMigration(migration)).toMatchObject({ already: 1 });
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
