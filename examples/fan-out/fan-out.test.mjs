import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startReceiver } from '../../packages/testkit/dist/index.js';
import { longshore, post, startRelay } from '../../scripts/testing/relay.mjs';

const FILE = fileURLToPath(new URL('longshore.yml', import.meta.url));
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

function event(id, target, action = 'push') {
  return { id, action, target: { mediaType: MANIFEST, repository: 'acme/app', ...target } };
}

test('each receiver gets the events that it wants and no others', async () => {
  const receivers = await Promise.all(['deploy', 'scanner', 'audit'].map(() => startReceiver()));
  const urls = receivers.map(({ url }, n) => [`LONGSHORE_NOTIFICATIONS_ENDPOINTS_${n}_URL`, url]);
  const env = { ...Object.fromEntries(urls), DEPLOY_AUTHORIZATION: 'Bearer abc' };
  const { urls: relay } = await startRelay(FILE, { env });
  await post(relay.ingest, [
    event('release', { tag: '1.0' }),
    event('development', { tag: '1.0-dev' }),
    event('sandbox', { tag: '1.0', repository: 'sandbox/ann/app' }),
    event('layer', { mediaType: 'application/octet-stream' }),
    event('pull', { tag: '1.0' }, 'pull'),
  ]);
  const [deploy, scanner, audit] = receivers;
  await audit.received(5);
  await deploy.received(2);
  await scanner.received(2);

  const ids = ({ requests }) => requests.map((request) => request.json().events[0].id).sort();
  expect(ids(deploy)).toEqual(['release', 'sandbox']);
  expect(ids(scanner)).toEqual(['development', 'release']);
  expect(ids(audit)).toEqual(['development', 'layer', 'pull', 'release', 'sandbox']);
  expect(deploy.requests[0].headers.authorization).toBe('Bearer abc');
  expect(audit.requests[0].json().events[0].longshore).toMatchObject({ kind: 'distribution' });
});

test('the configuration is usable without a warning', async () => {
  const { code, stdout } = await longshore(['check', FILE], { env: { DEPLOY_AUTHORIZATION: 'Bearer abc' } });
  expect([code, stdout]).toEqual([0, expect.stringContaining('0 warnings')]);
});
