import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from './free-port.js';
import { hasTool } from './tools.js';

test('a missing tool is reported, and is an error in CI', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('CI', '');
  expect([hasTool('sh'), hasTool('no-such-tool')]).toEqual([true, false]);
  vi.stubEnv('CI', 'true');
  expect(hasTool('sh')).toBe(true);
  expect(() => hasTool('no-such-tool')).toThrow('no-such-tool is missing');
});

test('a free port can be listened on', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  expect(server.address()).toMatchObject({ port });
});
