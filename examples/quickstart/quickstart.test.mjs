import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startReceiver } from './receiver.mjs';

async function start() {
  const lines = [];
  const server = await startReceiver({ port: 0, print: (line) => lines.push(line) });
  onTestFinished(() => void server.close());
  const { port } = server.address();
  return { port, lines, post: (body) => fetch(`http://127.0.0.1:${port}/events`, { method: 'POST', body }) };
}

test('each event is one readable line', async () => {
  const { lines, post } = await start();
  const target = {
    repository: 'acme/app',
    tag: '1.0',
    digest: 'sha256:858a8366125bd0e6c1e2f8a4f2c0f6f6a9c1bd0e6c1e2f8a4f2c0f6f6a9c1bd0',
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
  };
  const events = [
    { action: 'push', target },
    { action: 'delete', target: { repository: 'acme/app' } },
  ];
  expect((await post(JSON.stringify({ events }))).status).toBe(200);
  expect(lines.slice(1)).toEqual([
    'receiver  push  acme/app:1.0  sha256:858a8366125b  application/vnd.oci.image.manifest.v1+json',
    'receiver  delete  acme/app',
  ]);
});

test('a body that is not JSON is answered 400', async () => {
  const { post } = await start();
  expect((await post('no')).status).toBe(400);
});

test('a port that is taken is reported in one line and stops nothing', async () => {
  const { port } = await start();
  const lines = [];
  expect(await startReceiver({ port, print: (line) => lines.push(line) })).toBeUndefined();
  expect(lines).toEqual([expect.stringContaining(`port ${port} is taken`)]);
});

test('the configuration is usable without a warning', () => {
  const command = fileURLToPath(new URL('../../apps/longshore/bin/longshore.js', import.meta.url));
  const file = fileURLToPath(new URL('longshore.yml', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [command, 'check', file], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, expect.stringContaining('http://127.0.0.1:5090/events')]);
  expect(stdout).toContain('0 warnings');
});
