import { openRegistry } from '@longshore/registry-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dragonflyManager } from '../../../testing/dragonfly.js';
import { receiver } from '../../../testing/receiver.js';
import { aDragonfly } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex, pendingOf } from '../../../testing/warm.js';
import type { DragonflyOptions } from './settings.js';

/** What the first job of an index is begun with. */
async function firstJob(options: Partial<DragonflyOptions> = {}, authorization?: string) {
  const manager = await dragonflyManager();
  const dragonfly = aDragonfly({ url: manager.base, ...options });
  const image = anIndex({ registryAuthorization: async () => authorization });
  pendingOf(await dragonfly.warm(image, aCall()));
  return manager.jobs[0];
}

const URL = `https://registry.example.com/v2/library/nginx/manifests/${aDigest('1')}`;

describe('a job', () => {
  test('is begun for each image of an index, by its digest and platform', async () => {
    const manager = await dragonflyManager();
    await aDragonfly({ url: manager.base }).warm(anIndex(), aCall());
    expect(manager.jobs.map(({ args }) => [args.url, args.platform])).toEqual([
      [URL, 'linux/amd64'],
      [`https://registry.example.com/v2/library/nginx/manifests/${aDigest('4')}`, 'linux/arm64/v8'],
    ]);
  });

  test('without further settings leaves the rest to the manager', async () => {
    expect(await firstJob()).toEqual({
      id: 100,
      state: 'PENDING',
      type: 'preheat',
      args: { type: 'image', url: URL, platform: 'linux/amd64', scope: 'single_seed_peer' },
    });
  });

  test('has every setting in the manager’s words', async () => {
    const job = await firstJob({
      scope: 'all_peers',
      clusters: [1, 2],
      count: 10,
      percentage: 50,
      piecelength: 4_194_304,
      tag: 'a-tag',
      application: 'an-app',
      filteredqueryparams: 'ns',
      tasks: 8,
      peers: 500,
      jobtimeout: 3_600_000,
    });
    expect(job).toMatchObject({
      scheduler_cluster_ids: [1, 2],
      args: {
        scope: 'all_peers',
        count: 10,
        piece_length: 4_194_304,
        tag: 'a-tag',
        application: 'an-app',
        filtered_query_params: 'ns',
        concurrent_task_count: 8,
        concurrent_peer_count: 500,
        timeout: 3_600_000_000_000,
      },
    });
    expect(job?.args).not.toHaveProperty('percentage');
  });

  test('addresses come before a count, and neither is sent for a single seed', async () => {
    const which = { ips: ['10.0.0.1'], count: 3, percentage: 50 };
    expect((await firstJob({ scope: 'all_seed_peers', ...which }))?.args).toMatchObject({
      ips: ['10.0.0.1'],
    });
    expect((await firstJob({ scope: 'all_seed_peers', ...which }))?.args).not.toHaveProperty('count');
    const single = (await firstJob(which))?.args;
    for (const name of ['ips', 'count', 'percentage']) expect(single).not.toHaveProperty(name);
    expect((await firstJob({ scope: 'all_peers', percentage: 50 }))?.args).toMatchObject({ percentage: 50 });
  });

  test('names the host that the nodes pull from', async () => {
    const job = await firstJob({ registry: 'https://registry-1.docker.io/' });
    expect(job?.args.url).toBe(`https://registry-1.docker.io/v2/library/nginx/manifests/${aDigest('1')}`);
  });

  test('has a pull token of the registry, when one is needed and wanted', async () => {
    expect((await firstJob({}, 'Bearer pull-token'))?.args.headers).toEqual({
      Authorization: 'Bearer pull-token',
    });
    expect((await firstJob({}))?.args).not.toHaveProperty('headers');
    expect((await firstJob({ credentials: false }, 'Bearer pull-token'))?.args).not.toHaveProperty('headers');
  });
});

describe('of a registry that takes a password and issues no tokens', () => {
  const password = `Basic ${Buffer.from('puller:s3cret').toString('base64')}`;
  const begun = async (credentials?: boolean) => {
    const registry = await receiver((response, { headers }) => {
      const authorized = headers.authorization === password;
      response.writeHead(authorized ? 200 : 401, { 'www-authenticate': 'Basic realm="registry"' }).end();
    });
    const client = openRegistry({
      url: `http://127.0.0.1:${registry.port}`,
      auth: { username: 'puller', password: 's3cret' },
      timeout: 10_000,
      userAgent: 'longshore/0',
    });
    onTestFinished(() => client.close());
    const manager = await dragonflyManager();
    const { signal } = aCall();
    const image = anIndex({
      registryAuthorization: (options) => client.authorization('library/nginx', signal, options),
    });
    const result = await aDragonfly({ url: manager.base, credentials }).warm(image, aCall());
    return { result, jobs: manager.jobs, requests: manager.requests };
  };

  test('the manager gets no password, and the failure says what to set', async () => {
    const { result, requests } = await begun();
    expect(result).toMatchObject({
      state: 'failed',
      reason: 'credentials',
      detail: expect.stringContaining('set credentials: true in the target'),
    });
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(requests).toEqual([]);
  });

  test('the manager gets it with credentials: true, and nothing with credentials: false', async () => {
    expect((await begun(true)).jobs[0]?.args.headers).toEqual({ Authorization: password });
    expect((await begun(false)).jobs[0]?.args).not.toHaveProperty('headers');
  });
});

test('the token is in a header and never in the URL', async () => {
  const manager = await dragonflyManager();
  await aDragonfly({ url: manager.base }).warm(anIndex(), aCall());
  expect(manager.requests.map(({ url }) => url)).toEqual(['/oapi/v1/jobs', '/oapi/v1/jobs']);
  expect(manager.requests[0]?.headers.authorization).toBe('Bearer df-token');
});

test('a pull token that cannot be had is a failure, and begins nothing', async () => {
  const manager = await dragonflyManager();
  const image = anIndex({ registryAuthorization: () => Promise.reject(new Error('no such helper')) });
  expect(await aDragonfly({ url: manager.base }).warm(image, aCall())).toMatchObject({
    state: 'failed',
    reason: 'credentials',
    retryable: true,
    detail: expect.stringContaining('no such helper'),
  });
  expect(manager.requests).toEqual([]);
});
