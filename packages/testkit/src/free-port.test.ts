import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './free-port.js';

/** Listens for a moment. Resolves with the port. */
async function listenOn(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

test('a free port refuses, and is listened on again and again', async () => {
  const port = await freePort();
  for (let n = 0; n < 2; n++) {
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
    expect(await listenOn(port)).toBe(port);
  }
});

test('no one who asks for any port is given one of them', async () => {
  const ours = new Set<number>();
  for (let n = 0; n < 100; n++) ours.add(await freePort());
  for (let n = 0; n < 1_500; n++) expect(ours).not.toContain(await listenOn(0));
});
