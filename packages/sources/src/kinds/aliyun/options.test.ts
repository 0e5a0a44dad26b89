import { expect, test } from 'vitest';
import { createSources } from '../../sources.js';
import { openWith } from '../../testing/contract.js';
import { aliyun } from './index.js';

const PUSH = {
  push_data: { tag: '1', pushed_at: '2026-03-14 17:26:54' },
  repository: { repo_full_name: 'acme/api', region: 'cn-hangzhou' },
};

const request = {
  method: 'POST',
  path: '/sources/ali',
  headers: {},
  body: Buffer.from(JSON.stringify(PUSH)),
  receivedAt: 0,
};

test('the name of an instance can be set in place of the region’s', () => {
  const [taken] = openWith(aliyun, request, false, {
    host: 'acme-registry.cn-hangzhou.cr.aliyuncs.com',
  }).taken;
  expect(taken?.event.request?.host).toBe('acme-registry.cn-hangzhou.cr.aliyuncs.com');
});

test('the secret in the url is asked for, because the sender knows no other', async () => {
  const auth = { token: ['hook-token'] };
  const sources = createSources({ sources: [{ name: 'ali', kind: 'aliyun', auth }] }, [aliyun]);
  await expect(sources.open({ ...request, path: '/sources/ali/hook-token' })).resolves.toMatchObject({
    taken: [{ event: { action: 'push' } }],
  });
  for (const path of ['/sources/ali', '/sources/ali/hook-toke']) {
    await expect(sources.open({ ...request, path })).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
  }
});
