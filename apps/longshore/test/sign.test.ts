/** Requests that an endpoint signs, as the receiver gets them. */
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('each attempt is signed over the bytes that arrive, and a rotated secret is used without a restart', async () => {
  const receiver = await startReceiver((_, n) => ({ status: n === 1 ? 500 : 200 }));
  const folder = await workFolder();
  const secret = join(folder, 'secret');
  await writeFile(secret, 'first');
  const settings = (url: string) => ({
    notifications: {
      endpoints: [
        {
          ...{ name: 'one', url, timeout: '60s', backoff: '10ms' },
          sign: { scheme: 'standard', secret: [SECRET, `file:${secret}`] },
        },
      ],
    },
    redis: { url: redisUrl(), prefix },
  });
  const prefix = testPrefix();
  const file = await writeConfig(folder, settings(receiver.url));
  const relay = await startRelay(file);
  await relay.post(envelope(anEvent()));
  const [first, second] = await receiver.received(2, AT_LAST);
  for (const request of [first, second]) {
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, value]) => [name, `${value}`]),
    );
    expect(headers['webhook-id']).toBe(headers['idempotency-key']);
    expect(() => new Webhook(SECRET).verify(request?.body ?? '', headers)).not.toThrow();
  }

  await writeFile(secret, 'second');
  relay.signal('SIGHUP');
  await relay.waitFor('configuration reloaded');
  await relay.post(envelope(anEvent()));
  const rotated = (await receiver.received(3, AT_LAST))[2];
  const {
    'webhook-id': id,
    'webhook-timestamp': at,
    'webhook-signature': signatures,
  } = rotated?.headers ?? {};
  const expected = createHmac('sha256', 'second').update(`${id}.${at}.${rotated?.body}`).digest('base64');
  expect(signatures).toContain(`v1,${expected}`);
}, 240_000);

test('check names the scheme and never the key', async () => {
  const endpoints = [
    { name: 'one', url: 'http://127.0.0.1:9/', sign: { scheme: 'github', secret: 'top secret' } },
  ];
  const file = await writeConfig(await workFolder(), { notifications: { endpoints } });
  const checked = await command(['check', file]);
  expect(checked.stdout).toContain('signed as github with a key');
  expect(checked.stdout + checked.stderr).not.toContain('top secret');
});
