/** The last images of a preheat endpoint, on its page and in the API. */
import { type PreheatPart, type PreheatRun, tallyOf } from '@longshore/event';
import { createPreheatRuns } from '@longshore/queue/preheat';
import { expect, test } from 'vitest';
import { get } from '../testing/api.js';
import { startDashboard } from '../testing/dashboard.js';

const settings = {
  notifications: {
    endpoints: [
      {
        name: 'warm',
        kind: 'preheat',
        preheat: {
          registry: { url: 'http://registry.example.com' },
          targets: [{ name: 'mirror', kind: 'pull-through', url: 'http://mirror.example.com' }],
        },
      },
    ],
  },
};

const digest = (n: number): string => `sha256:${String(n).repeat(64)}`;

function aRun(id: string): PreheatRun {
  const layer: PreheatPart = {
    ...{ target: 'mirror', role: 'layer', digest: digest(1), size: 31_337_421 },
    ...{ platform: 'linux/arm64/v8', result: 'failed', reason: 'http_503' },
    detail: 'mirror.example.com answered 503',
  };
  const config: PreheatPart = { target: 'mirror', role: 'config', digest: digest(2), result: 'warmed' };
  const at = Date.now();
  return {
    ...{ id, endpoint: 'warm', deliveryId: '0'.repeat(32), repository: 'acme/app', tag: '1.0' },
    ...{ digest: digest(3), result: 'partial', detail: '1 of 2 parts failed' },
    ...{ receivedAt: at - 9_000, startedAt: at - 5_000, finishedAt: at },
    tally: tallyOf([layer, config]),
    parts: [layer, config],
  };
}

test('the last images are on the page of their endpoint, and each has a page with its parts', async () => {
  const dashboard = await startDashboard(settings);
  await createPreheatRuns(dashboard.client, dashboard.prefix).add(aRun('run-1'), 50);
  const page = await (await dashboard.get('/endpoints/warm')).text();
  for (const words of ['acme/app:1.0', 'partial', '1 of 2', '1 of 2 parts failed']) {
    expect(page).toContain(words);
  }
  expect(page).toContain('href="/endpoints/warm/preheats/run-1"');
  const run = await (await dashboard.get('/endpoints/warm/preheats/run-1')).text();
  for (const words of [
    'mirror.example.com answered 503',
    'linux/arm64/v8',
    '29.9 MiB',
    '9s after the push',
  ]) {
    expect(run).toContain(words);
  }
});

test('what was left out says why, in words', async () => {
  const dashboard = await startDashboard(settings);
  const left: PreheatPart = { target: '', role: 'manifest', digest: digest(4), result: 'skipped' };
  const run = { ...aRun('run-2'), parts: [{ ...left, reason: 'attestation' }] };
  await createPreheatRuns(dashboard.client, dashboard.prefix).add(run, 50);
  const page = await (await dashboard.get('/endpoints/warm/preheats/run-2')).text();
  expect(page).toContain('attestation: no runtime pulls it; set attestations: true to include it');
});

test('a run that is no longer kept says so', async () => {
  const dashboard = await startDashboard(settings);
  const response = await dashboard.get('/endpoints/warm/preheats/gone');
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('no longer kept');
});

test('the API has them as data', async () => {
  const dashboard = await startDashboard(settings);
  await createPreheatRuns(dashboard.client, dashboard.prefix).add(aRun('run-1'), 50);
  const { status, body } = await get(dashboard, '/endpoints/warm/preheats');
  expect(status).toBe(200);
  expect(body.items).toMatchObject([{ id: 'run-1', result: 'partial', tally: { blobs: 2, failed: 1 } }]);
});
