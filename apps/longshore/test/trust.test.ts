/** Certificates, tokens and passwords of a running relay: renewed without a restart, and stored nowhere. */
import { rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { eventually, selfSigned, startReceiver, startTlsRedis } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const server = selfSigned({ names: ['127.0.0.1'] });
const clients = [selfSigned({ names: ['first'] }), selfSigned({ names: ['second'] })] as const;

/** Answers 200 to a client that shows one of the certificates, and remembers which, and with what authorization. */
async function askingReceiver() {
  const seen: { client: string; authorization?: string }[] = [];
  const ca = clients.map(({ cert }) => cert);
  const https = createServer(
    { ...server, ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      request.resume().on('end', () => {
        seen.push({ client: String(subject.CN), authorization: request.headers.authorization });
        response.end();
      });
    },
  );
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    https.close();
    https.closeAllConnections();
  });
  return { url: `https://127.0.0.1:${(https.address() as AddressInfo).port}/`, seen };
}

/** As cert-manager, the kubelet and careful scripts do it. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

const secrets = {
  token: 'tok3n-of-the-endpoint',
  rotated: 'tok3n-that-came-later',
  client: 's3cret-of-the-client',
};

/** A relay with an endpoint that shows certificate and token, one with OAuth 2, and a Redis by TLS. */
async function trustedRelay() {
  const folder = await workFolder();
  const path = (name: string) => join(folder, name);
  const redis = await startTlsRedis();
  const receiver = await askingReceiver();
  const issuer = await startReceiver({
    status: 200,
    body: '{"access_token":"acc3ss-token","expires_in":3600}',
  });
  const other = await startReceiver();
  await writeFile(path('cert.pem'), clients[0].cert);
  await writeFile(path('key.pem'), clients[0].key);
  await writeFile(path('token'), secrets.token);
  await writeFile(path('redis.pem'), redis.client.cert + redis.client.key);
  const tls = { ca: server.cert, cert: `file:${path('cert.pem')}`, key: `file:${path('key.pem')}` };
  const oauth2 = { tokenurl: issuer.url, clientid: 'me', clientsecret: secrets.client };
  const file = await writeConfig(folder, {
    notifications: {
      endpoints: [
        { name: 'one', url: receiver.url, timeout: '30s', auth: { bearer: `file:${path('token')}` }, tls },
        { name: 'two', url: other.url, timeout: '30s', auth: { oauth2 } },
      ],
    },
    redis: {
      url: `redis://127.0.0.1:${redis.port}`,
      tls: { ca: redis.server.cert, cert: `file:${path('redis.pem')}`, key: `file:${path('redis.pem')}` },
    },
  });
  const relay = await startRelay(file);
  return { relay, path, receiver, issuer, other, redis };
}

test('certificates and tokens are renewed while events flow, and no secret is in Redis or the log', {
  timeout: 120_000,
}, async () => {
  const { relay, path, receiver, issuer, other, redis } = await trustedRelay();
  await relay.post(envelope(anEvent()));
  await eventually(
    () => receiver.seen.length,
    (count) => count === 1,
  );
  expect(receiver.seen).toEqual([{ client: 'first', authorization: `Bearer ${secrets.token}` }]);
  const [delivered] = await other.received(1);
  expect(delivered?.headers.authorization).toBe('Bearer acc3ss-token');

  // a certificate whose key is not there yet changes nothing
  await replace(path('cert.pem'), clients[1].cert);
  await relay.waitFor('configuration not reloaded, the old one stays in force');
  await relay.post(envelope(anEvent()));
  await eventually(
    () => receiver.seen.length,
    (count) => count === 2,
  );
  expect(receiver.seen.at(-1)?.client).toBe('first');

  await replace(path('key.pem'), clients[1].key);
  await replace(path('token'), secrets.rotated);
  await eventually(
    async () => {
      const before = receiver.seen.length;
      await relay.post(envelope(anEvent()));
      await eventually(
        () => receiver.seen.length,
        (count) => count > before,
      );
      return receiver.seen.at(-1);
    },
    (last) => last?.client === 'second' && last.authorization === `Bearer ${secrets.rotated}`,
    { every: 500 },
  );
  expect(issuer.requests).toHaveLength(1);

  const stored = await everythingIn(redis.redis.cli);
  const log = JSON.stringify(relay.records);
  const keyLine = clients[1].key.split('\n')[1] ?? '';
  for (const secret of [...Object.values(secrets), 'acc3ss-token', keyLine]) {
    expect(stored).not.toContain(secret);
    expect(log).not.toContain(secret);
  }
  expect(stored).toContain('longshore');
});

/** All keys with what they hold. */
async function everythingIn(cli: (...args: string[]) => Promise<unknown>): Promise<string> {
  const keys = (await cli('KEYS', '*')) as string[];
  const dumps = await Promise.all(
    keys.map(async (key) => {
      const type = String(await cli('TYPE', key));
      const read = {
        string: ['GET', key],
        hash: ['HGETALL', key],
        list: ['LRANGE', key, '0', '-1'],
        set: ['SMEMBERS', key],
        zset: ['ZRANGE', key, '0', '-1'],
        stream: ['XRANGE', key, '-', '+'],
      }[type];
      return read ? cli(...read) : undefined;
    }),
  );
  return JSON.stringify([keys, dumps]);
}
