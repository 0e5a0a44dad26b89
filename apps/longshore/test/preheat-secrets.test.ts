/** Passwords and tokens of registries and targets: in no key of Redis, no line of the log, no answer. */
import { connect } from '@longshore/queue';
import { createPreheatRuns } from '@longshore/queue/preheat';
import { eventually, redisUrl, startReceiver } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { command } from './operator.js';
import { pushOf, relayWith, warmEndpoint } from './preheat.js';
import { envelope, type Relay } from './relay.js';
import { anImage, scriptedRegistry } from './scripted-registry.js';

const SECRETS = {
  PULL_PASSWORD: 'pull-s3cret',
  MIRROR_PASSWORD: 'mirror-s3cret',
  DRAGONFLY_TOKEN: 'dragonfly-s3cret',
  HOOK_TOKEN: 'hook-s3cret',
};
const TOKEN = 'issued-t0ken-s3cret';

test('secrets are in no key, no line and no answer, whatever fails', async () => {
  const image = anImage(['a']);
  const [origin, mirror] = [await scriptedRegistry(), await scriptedRegistry()];
  for (const registry of [origin, mirror]) registry.has(image, '1.0');
  // The registry wants a token, and gives one; the targets repeat what they receive, in answers that fail.
  origin.otherwise(() => undefined);
  const tokens = await startReceiver({ body: JSON.stringify({ token: TOKEN, expires_in: 300 }) });
  const challenge = {
    'www-authenticate': `Bearer realm="${tokens.url}/token",service="r",scope="repository:team/api:pull"`,
  };
  const asked: string[] = [];
  const guarded = await startReceiver(({ url, headers }) => {
    asked.push(String(headers.authorization));
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, headers: challenge };
    const part = image.parts.find(({ digest }) => url.endsWith(digest));
    return part
      ? { headers: { 'content-type': part.mediaType, 'docker-content-digest': part.digest }, body: part.body }
      : { status: 404 };
  });
  const parrot = await startReceiver(({ headers, body }) => ({
    status: 500,
    body: `no: ${headers.authorization} ${body}`,
  }));
  const targets = [
    {
      name: 'mirror',
      kind: 'pull-through',
      url: parrot.url,
      auth: { basic: { warmer: 'env:MIRROR_PASSWORD' } },
    },
    { name: 'dragonfly', kind: 'dragonfly', url: parrot.url, token: 'env:DRAGONFLY_TOKEN' },
    { name: 'hook', kind: 'webhook', url: parrot.url, auth: { bearer: 'env:HOOK_TOKEN' } },
  ];
  setSecrets();
  const registry = {
    url: guarded.url,
    auth: { basic: { puller: 'env:PULL_PASSWORD' } },
    realms: [new URL(tokens.url).host],
    addresses: ['127.0.0.1'],
  };
  const { relay, file, prefix } = await relayWith([warmEndpoint({ registry, targets }, { threshold: 2 })]);
  await relay.post(envelope(pushOf(guarded.url, 'team/api', image.root, { tag: '1.0' })));
  await relay.waitFor('delivery.settled');
  expect(asked).toContain(`Bearer ${TOKEN}`);
  expect(parrot.requests.length).toBeGreaterThan(3);

  const texts = await everyText(relay, file, prefix);
  expect(texts.join()).toContain('warm');
  const encoded = (text: string) => [text, Buffer.from(text).toString('base64').replace(/=+$/, '')];
  const hidden = [
    TOKEN,
    ...Object.values(SECRETS),
    `puller:${SECRETS.PULL_PASSWORD}`,
    `warmer:${SECRETS.MIRROR_PASSWORD}`,
  ];
  for (const secret of hidden.flatMap(encoded)) {
    for (const text of texts) expect(text).not.toContain(secret);
  }
}, 240_000);

function setSecrets(): void {
  Object.assign(process.env, SECRETS);
  onTestFinished(() => {
    for (const name of Object.keys(SECRETS)) delete process.env[name];
  });
}

async function everyText(relay: Relay, file: string, prefix: string): Promise<string[]> {
  const warmed = await command(['preheat', 'team/api:1.0', '--config', file, '--json']);
  const check = await command(['check', file, '--json']);
  const pages = await Promise.all(
    [
      `${relay.admin}/metrics`,
      `${relay.admin}/debug/vars`,
      `${relay.dashboard}/queues/api/queues?activeQueue=%7Bwarm%7D&status=failed`,
    ].map(async (url) => (await fetch(url)).text()),
  );
  return [
    relay.stdout,
    relay.stderr,
    warmed.stdout,
    warmed.stderr,
    check.stdout,
    ...pages,
    ...(await everyKey(prefix)),
  ];
}

/** Everything of a prefix, as text, and the runs that are packed in it. */
async function everyKey(prefix: string): Promise<string[]> {
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  await eventually(() => client.status === 'ready');
  const keys = await client.keys(`${prefix}:*`);
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await client.type(key);
      if (type === 'string') return client.get(key);
      if (type === 'hash') return JSON.stringify(await client.hgetall(key));
      if (type === 'list') return JSON.stringify(await client.lrange(key, 0, -1));
      if (type === 'set') return JSON.stringify(await client.smembers(key));
      if (type === 'stream') return JSON.stringify(await client.xrange(key, '-', '+'));
      return JSON.stringify(await client.zrange(key, '0', '-1'));
    }),
  );
  const runs = await createPreheatRuns(client, prefix).list('warm');
  client.disconnect();
  expect(runs.length).toBeGreaterThan(0);
  return [...values.map(String), JSON.stringify(runs)];
}
