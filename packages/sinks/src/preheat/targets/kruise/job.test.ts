import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../../../testing/certificate.js';
import { kubernetes } from '../../../testing/kubernetes.js';
import { aKruise } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex, pendingOf } from '../../../testing/warm.js';
import type { KruiseOptions } from './settings.js';

/** The job that is made for an index. */
async function jobOf(options: Partial<KruiseOptions> = {}, image = anIndex()) {
  const cluster = await kubernetes();
  pendingOf(await aKruise({ url: cluster.base, ...options }).warm(image, aCall()));
  return [...cluster.jobs.values()][0];
}

test('a job pulls the image by digest, once, and goes away by itself', async () => {
  expect(await jobOf()).toMatchObject({
    apiVersion: 'apps.kruise.io/v1beta1',
    kind: 'ImagePullJob',
    metadata: { namespace: 'preheat', labels: { 'app.kubernetes.io/managed-by': 'longshore' } },
    spec: {
      image: `registry.example.com/library/nginx@${aDigest('0')}`,
      pullPolicy: { timeoutSeconds: 600, backoffLimit: 3 },
      imagePullPolicy: 'IfNotPresent',
      completionPolicy: { type: 'Always', activeDeadlineSeconds: 1800, ttlSecondsAfterFinished: 300 },
    },
  });
});

test('an image of Docker Hub is pulled by the name that pods give it', async () => {
  const job = await jobOf({}, { ...anIndex(), registry: 'https://registry-1.docker.io' });
  expect(job?.spec.image).toBe(`docker.io/library/nginx@${aDigest('0')}`);
});

test('a job without further settings is for all nodes, one by one', async () => {
  const { spec = {} } = (await jobOf()) ?? {};
  for (const name of ['selector', 'podSelector', 'pullSecrets', 'parallelism'])
    expect(spec).not.toHaveProperty(name);
});

test('a job has every setting in OpenKruise’s words, times in seconds', async () => {
  const job = await jobOf({
    registry: 'https://mirror.example.com:5000/',
    selector: { matchlabels: { pool: 'gpu' } },
    pullsecrets: ['regcred'],
    parallelism: 10,
    pulltimeout: 90_500,
    jobtimeout: 3_600_000,
    ttl: 120_000,
    backofflimit: 0,
  });
  expect(job?.spec).toEqual({
    image: `mirror.example.com:5000/library/nginx@${aDigest('0')}`,
    selector: { matchLabels: { pool: 'gpu' } },
    pullSecrets: ['regcred'],
    parallelism: 10,
    pullPolicy: { timeoutSeconds: 91, backoffLimit: 0 },
    imagePullPolicy: 'IfNotPresent',
    completionPolicy: { type: 'Always', activeDeadlineSeconds: 3600, ttlSecondsAfterFinished: 120 },
  });
});

test('nodes are selected by name or by the pods on them', async () => {
  expect((await jobOf({ selector: { names: ['a', 'b'] } }))?.spec.selector).toEqual({ names: ['a', 'b'] });
  const podselector = { matchlabels: { app: 'web' } };
  expect((await jobOf({ podselector }))?.spec.podSelector).toEqual({ matchLabels: { app: 'web' } });
});

test('selectors that cannot be combined are refused before any request', async () => {
  const both = { names: ['a'], matchlabels: { pool: 'gpu' } };
  const podselector = { matchlabels: { app: 'web' } };
  for (const options of [{ selector: both }, { selector: { names: ['a'] }, podselector }]) {
    const cluster = await kubernetes();
    expect(await aKruise({ url: cluster.base, ...options }).warm(anIndex(), aCall())).toMatchObject({
      reason: 'unsupported',
      retryable: false,
      detail: expect.stringContaining('cannot be combined'),
    });
    expect(cluster.requests).toEqual([]);
  }
});

test('a finished job stays long enough to be seen', async () => {
  expect((await jobOf({ ttl: 1_000 }))?.spec.completionPolicy).toMatchObject({ ttlSecondsAfterFinished: 60 });
});

test('the same work has the same name, other work another', async () => {
  const name = async (options: Partial<KruiseOptions> = {}) => (await jobOf(options))?.metadata.name;
  const usual = await name();
  expect(usual).toMatch(/^longshore-0{16}-[0-9a-f]{8}$/);
  expect(await name()).toBe(usual);
  expect(await name({ parallelism: 2 })).not.toBe(usual);
  expect(await name({ selector: { names: ['a'] } })).not.toBe(usual);
});

test('a token that is replaced is read for every request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-token-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'token');
  const cluster = await kubernetes();
  const kruise = aKruise({ url: cluster.base, token: () => readFileSync(file, 'utf8') });
  await writeFile(file, 'first-token\n');
  const pending = pendingOf(await kruise.warm(anIndex(), aCall()));
  await writeFile(file, 'second-token\n');
  await kruise.warm(anIndex(), aCall(pending.handle));
  expect(cluster.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer first-token',
    'Bearer second-token',
  ]);
});

test('the API’s certificate is checked against the given authority', async () => {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const cluster = await kubernetes({}, certificate);
  const trusting = aKruise({ url: cluster.base, tls: { ca: certificate.cert } });
  expect(await trusting.warm(anIndex(), aCall())).toMatchObject({ state: 'pending' });
  expect(await aKruise({ url: cluster.base }).warm(anIndex(), aCall())).toMatchObject({
    reason: 'tls_untrusted',
  });
});
