/** Which requests go to the spool, and that they are drained as if they had come later. With a real Redis. */
import { createHmac } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually, startRedis, type TestRedis } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aNexusPost, anEvent, endpoints, envelope } from './testing/events.js';
import { type Answer, startIngest, type TestIngest } from './testing/ingest.js';

const SPOOLED = { status: 202, json: { spooled: true } };

const recordsOf = (ingest: TestIngest, name: string) =>
  ingest.records().filter(({ record }) => record === name);

const holds = (ingest: TestIngest) => ingest.notes().join('\n');

async function withRedis(settings: object = {}, more: object = {}): Promise<[TestIngest, TestRedis]> {
  const redis = await startRedis();
  return [await startIngest({ ...endpoints('one'), ...settings }, { redis: redis.url, ...more }), redis];
}

function post(
  ingest: TestIngest,
  tag: string,
  options: { path?: string; headers?: object } = {},
): Promise<Answer> {
  const { body, headers } = aNexusPost(tag);
  return ingest.post(body, { ...options, headers: { ...headers, ...options.headers } });
}

/** Tags of the events that were taken, in the order of their records. */
const tagsOf = (ingest: TestIngest) =>
  recordsOf(ingest, 'event.received').flatMap(({ events }) =>
    (events as { tag: string }[]).map(({ tag }) => tag),
  );

/** Paths of the files below a folder. */
async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const isDrained = (ingest: TestIngest) => eventually(() => holds(ingest) === '');

describe('while Redis cannot take a request, one that its sender would not repeat is spooled:', () => {
  test('unavailable', async () => {
    const [ingest, redis] = await withRedis();
    await post(ingest, 'a');
    await redis.kill();
    expect(await post(ingest, 'b')).toMatchObject(SPOOLED);
    expect(await post(ingest, 'c')).toMatchObject(SPOOLED);
    expect(recordsOf(ingest, 'event.spooled')).toMatchObject([
      {
        level: 'info',
        source: 'nexus',
        kind: 'nexus',
        reason: 'QUEUE_UNAVAILABLE',
        bytes: expect.any(Number),
      },
      { reason: 'QUEUE_UNAVAILABLE' },
    ]);
    expect(holds(ingest)).toMatch(/^the spool holds 2 requests/);
    await redis.restart();
    await isDrained(ingest);
    expect(tagsOf(ingest).sort()).toEqual(['a', 'b', 'c']);
    expect(await ingest.stored()).toMatchObject({ deliveries: 2 }); // this Redis keeps nothing over a kill
  });

  test('hung', async () => {
    const [ingest, redis] = await withRedis();
    onTestFinished(() => redis.resume());
    await post(ingest, 'a');
    redis.pause();
    expect(await post(ingest, 'b')).toMatchObject(SPOOLED);
    redis.resume();
    await isDrained(ingest);
    // It may have been written after all, and is known then.
    expect(await ingest.stored()).toMatchObject({ deliveries: 2 });
  });

  test('nearly full', async () => {
    const redis = await startRedis({ maxmemory: '16mb' });
    const ingest = await startIngest(endpoints('one'), { redis: redis.url });
    await redis.cli('SETRANGE', 'ballast', String(13 * 2 ** 20), 'x');
    // A look that is under way may have asked before.
    await eventually(async () => (await ingest.monitor.check()).full);
    expect(await post(ingest, 'a')).toMatchObject(SPOOLED);
    expect(recordsOf(ingest, 'event.spooled')).toMatchObject([{ reason: 'QUEUE_FULL' }]);
    await redis.cli('DEL', 'ballast');
    await isDrained(ingest);
    expect(tagsOf(ingest)).toEqual(['a']);
  });

  test('set up unsafely', async () => {
    const redis = await startRedis({ maxmemory: '64mb', settings: { 'maxmemory-policy': 'allkeys-lru' } });
    const ingest = await startIngest(endpoints('one'), { redis: redis.url });
    await ingest.monitor.check();
    expect(await post(ingest, 'a')).toMatchObject(SPOOLED);
    await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await isDrained(ingest);
    expect(tagsOf(ingest)).toEqual(['a']);
  });

  test('written in part, and then completed without a repetition', async () => {
    const [ingest, redis] = await withRedis(endpoints('one'));
    const { body, headers } = aNexusPost('a');
    await ingest.post(body, { headers });
    await ingest.apply(endpoints('one', 'two'));
    const [line] = (await redis.cli('CONFIG', 'GET', 'maxmemory')) as string[];
    expect(line).toBe('maxmemory');
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1mb');
    expect(await ingest.post(body, { headers })).toMatchObject(SPOOLED);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    await isDrained(ingest);
    expect(recordsOf(ingest, 'event.received').at(-1)).toMatchObject({ enqueued: 1, duplicates: 1 });
    expect(await ingest.stored()).toMatchObject({ deliveries: 2 });
  });
});

describe('what is not spooled:', () => {
  test('a request of a sender that keeps it, unless its source says always; never means never', async () => {
    const bearer = { bearer: 's3cret' };
    const sources = [
      { name: 'eu', kind: 'distribution', auth: bearer },
      { name: 'us', kind: 'distribution', auth: bearer, spool: 'always' },
      { name: 'nexus', kind: 'nexus', auth: bearer, spool: 'never' },
    ];
    const [ingest, redis] = await withRedis({ sources });
    await redis.kill();
    const headers = { authorization: 'Bearer s3cret' };
    const event = envelope(anEvent());
    expect(await ingest.post(event, { path: '/sources/eu', headers })).toMatchObject({
      status: 503,
      json: { error: 'QUEUE_UNAVAILABLE' },
    });
    expect(await ingest.post(event, { path: '/sources/us', headers })).toMatchObject(SPOOLED);
    expect((await post(ingest, 'a', { path: '/sources/nexus', headers })).status).toBe(503);
    await redis.restart();
    await isDrained(ingest);
    const [record] = recordsOf(ingest, 'event.received');
    expect(record).toMatchObject({ source: 'us', accepted: 1, enqueued: 1 });
  });

  test('on the open path the format decides', async () => {
    const [ingest, redis] = await withRedis();
    await redis.kill();
    expect((await ingest.post(envelope(anEvent()))).status).toBe(503);
    expect(await post(ingest, 'a')).toMatchObject(SPOOLED);
    // In no format: whether its sender repeats it is not known.
    expect(await ingest.post('?', { headers: { 'content-type': 'text/plain' } })).toMatchObject(SPOOLED);
  });

  test('anything, when it is off', async () => {
    const [ingest, redis] = await withRedis({ ingest: { spool: false } });
    await redis.kill();
    expect(await post(ingest, 'a')).toMatchObject({ status: 503, json: { error: 'QUEUE_UNAVAILABLE' } });
    expect(await filesOf(ingest.datadir)).toEqual([]);
  });

  test('a request without the right secret, and one that cannot be judged', async () => {
    const silent = createServer((_, response) => response.destroy());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const oidc = { issuer: 'http://i', jwks: `http://127.0.0.1:${port}/`, audience: 'me', subject: 'you' };
    const sources = [
      { name: 'nexus', kind: 'nexus', auth: { hmac: 's3cret' } },
      { name: 'token', kind: 'nexus', auth: { oidc } },
    ];
    const [ingest, redis] = await withRedis({ sources });
    await redis.kill();
    const wrong = { 'x-nexus-webhook-signature': '0'.repeat(40) };
    expect((await post(ingest, 'a', { path: '/sources/nexus', headers: wrong })).status).toBe(401);
    const jwt = [{ alg: 'RS256', kid: 'k' }, { iss: 'http://i' }, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const headers = { authorization: `Bearer ${jwt}` };
    expect(await post(ingest, 'b', { path: '/sources/token', headers })).toMatchObject({
      status: 503,
      json: { error: 'SOURCE_KEYS' },
    });
    expect(holds(ingest)).toBe('');
    // With the right one it is, and neither secret nor signature are on the disk.
    const { body, headers: telling } = aNexusPost('c');
    const signature = createHmac('sha1', 's3cret').update(body).digest('hex');
    const signed = { ...telling, 'x-nexus-webhook-signature': signature };
    expect(await ingest.post(body, { path: '/sources/nexus', headers: signed })).toMatchObject(SPOOLED);
    const read = async () => {
      const files = await filesOf(join(ingest.datadir, 'spool'));
      return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('');
    };
    // It may be tried once more, and moved, before it is known that Redis is unavailable.
    const disk = await eventually(
      () => read().catch(() => ''),
      (text) => text.includes('team/api'),
    );
    expect(disk).not.toMatch(new RegExp(`s3cret|${signature}`));
  });

  test('an empty body, a ping and a handshake, which are answered as always', async () => {
    const [ingest, redis] = await withRedis();
    await redis.kill();
    expect(await ingest.post('')).toMatchObject({ status: 200, json: { accepted: 0 } });
    const ping = { 'content-type': 'application/json', 'x-github-event': 'ping' };
    expect(await ingest.post('{"zen":"x"}', { headers: ping })).toMatchObject({ status: 200 });
    const validation = [
      {
        id: '1',
        eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
        data: { validationCode: 'c' },
      },
    ];
    const headers = { 'content-type': 'application/json', 'aeg-event-type': 'SubscriptionValidation' };
    expect(await ingest.post(validation, { headers })).toMatchObject({
      status: 200,
      json: { validationResponse: 'c' },
    });
    expect(holds(ingest)).toBe('');
  });
});

describe('what comes out of the spool', () => {
  test('has the ids and the time of when it came', async () => {
    const [ingest, redis] = await withRedis();
    await redis.kill();
    // Quay gives no id: the minute of arrival is in the computed one.
    const body = { docker_url: 'quay.io/acme/api', namespace: 'acme', name: 'api', updated_tags: ['1'] };
    const before = Date.now();
    await ingest.post(body, { headers: { 'content-type': 'application/json' } });
    const after = Date.now();
    await redis.restart();
    await isDrained(ingest);
    const [job] = await ingest.inspector.boardQueue('one').getWaiting(0, -1);
    expect(job?.data.receivedAt).toBeGreaterThanOrEqual(before);
    expect(job?.data.receivedAt).toBeLessThanOrEqual(after);
  });

  test('goes to quarantine when it cannot be read', async () => {
    const [ingest, redis] = await withRedis();
    await redis.kill();
    const { headers } = aNexusPost('a');
    expect(await ingest.post('{', { headers })).toMatchObject(SPOOLED);
    await redis.restart();
    await isDrained(ingest);
    expect(recordsOf(ingest, 'event.quarantined')).toMatchObject([{ source: 'nexus', kind: 'nexus' }]);
    expect(await ingest.stored()).toEqual({ deliveries: 0, quarantined: 1 });
  });

  test('too large for Redis whatever happens, is set aside, recorded, and blocks no other', async () => {
    const redis = await startRedis({ maxmemory: '16mb' });
    const ingest = await startIngest(endpoints('one', 'two', 'three'), { redis: redis.url });
    await ingest.monitor.check();
    const large = aNexusPost('large');
    const body = large.body.replace('ci-bot', 'x'.repeat(14 * 2 ** 20));
    expect(await ingest.post(body, { headers: large.headers })).toMatchObject(SPOOLED);
    await post(ingest, 'small');
    await isDrained(ingest);
    expect(recordsOf(ingest, 'event.aside')).toMatchObject([
      {
        level: 'error',
        source: 'nexus',
        reason: 'failed',
        detail: expect.stringMatching(/^(?!LongshoreError).*raise maxmemory/),
      },
    ]);
    expect(tagsOf(ingest)).toEqual(['small']);
    const [file = ''] = await filesOf(join(ingest.datadir, 'spool', 'bad'));
    expect(recordsOf(ingest, 'event.aside')[0]?.file).toBe(file);
    expect((await readFile(file)).length).toBeGreaterThan(14 * 2 ** 20);
  });

  test('through a restart is drained while new requests go to Redis directly', async () => {
    const [first, redis] = await withRedis();
    await redis.kill();
    for (const tag of ['a', 'b']) await post(first, tag);
    await first.stop();
    const msg = 'the spool is not empty; the next start drains it';
    expect(first.lines.at(-1)).toMatchObject({ level: 'warn', requests: 2, msg });
    await redis.restart();
    const { prefix, datadir } = first;
    const ingest = await startIngest(endpoints('one'), { redis: redis.url, prefix, datadir });
    expect(await post(ingest, 'c')).toMatchObject({ status: 202, json: { enqueued: 1 } });
    await isDrained(ingest);
    await eventually(() => tagsOf(ingest).length === 3);
    expect(tagsOf(ingest).sort()).toEqual(['a', 'b', 'c']);
  });

  test('follows a configuration that has changed meanwhile', async () => {
    const [ingest, redis] = await withRedis({
      sources: [{ name: 'old', kind: 'nexus', auth: { bearer: 'b' } }],
    });
    await redis.kill();
    await post(ingest, 'a', { path: '/sources/old', headers: { authorization: 'Bearer b' } });
    // The source is gone, there is another endpoint, and nothing new is spooled.
    await ingest.apply({ ...endpoints('one', 'two'), ingest: { spool: false } });
    expect((await post(ingest, 'b')).status).toBe(503);
    await redis.restart();
    await isDrained(ingest);
    expect(recordsOf(ingest, 'event.received')).toMatchObject([
      { source: 'nexus', accepted: 1, enqueued: 2 },
    ]);
  });
});

test('under continued load the spool becomes empty, and new requests go to Redis directly', async () => {
  const [ingest, redis] = await withRedis();
  await redis.kill();
  for (let n = 0; n < 10; n += 1) {
    await Promise.all(Array.from({ length: 20 }, (_, i) => post(ingest, `spooled-${n}-${i}`)));
  }
  expect(holds(ingest)).toMatch(/^the spool holds 200 requests/);
  await redis.restart();
  await eventually(async () => (await ingest.monitor.check()).up);
  let isOver = false;
  const direct: Answer[] = [];
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let n = 0; !isOver; n += 1) direct.push(await post(ingest, `direct-${sender}-${n}`));
  });
  await isDrained(ingest);
  isOver = true;
  await Promise.all(senders);
  expect(direct.filter(({ json }) => !(json as { accepted?: number }).accepted)).toEqual([]);
  await eventually(() => tagsOf(ingest).length === 200 + direct.length);
  expect(new Set(tagsOf(ingest)).size).toBe(200 + direct.length);
});

describe('a spool that cannot take it', () => {
  test('is full: 503 with both reasons', async () => {
    const spool = { maxbytes: '1MiB' };
    const [ingest, redis] = await withRedis({ ingest: { spool } });
    await redis.kill();
    const { body, headers } = aNexusPost('a');
    const large = body.replace('ci-bot', 'x'.repeat(700_000));
    expect(await ingest.post(large, { headers })).toMatchObject(SPOOLED);
    const refused = await ingest.post(large, { headers });
    const message = expect.stringMatching(/Redis is unavailable.*the spool is full/);
    expect(refused).toMatchObject({ status: 503, json: { error: 'SPOOL_FULL', message } });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(holds(ingest)).toMatch(/the spool is full/);
    // More room holds at once.
    await ingest.apply({ ...endpoints('one'), ingest: { spool: { maxbytes: '2MiB' } } });
    expect(await ingest.post(large, { headers })).toMatchObject(SPOOLED);
  });

  test('is full while Redis is there: what comes is taken at once', async () => {
    const redis = await startRedis({ maxmemory: '16mb' });
    const ingest = await startIngest(
      { ...endpoints('one'), ingest: { spool: { maxbytes: '1MiB' } } },
      { redis: redis.url },
    );
    for (let n = 0; (await ingest.monitor.check()).room > 800_000; n += 1) {
      await redis.cli('SETRANGE', `ballast ${n}`, '200000', 'x');
    }
    const { body, headers } = aNexusPost('large');
    const large = body.replace('ci-bot', 'x'.repeat(1_000_000));
    expect(await ingest.post(large, { headers })).toMatchObject(SPOOLED);
    expect((await ingest.post(large.replace('xxx', 'yyy'), { headers })).status).toBe(503);
    const { body: middle } = aNexusPost('middle');
    const padded = middle.replace('ci-bot', 'x'.repeat(100_000));
    expect(await ingest.post(padded, { headers })).toMatchObject({ status: 202, json: { accepted: 1 } });
  });

  test('has a folder that cannot be used: ingest starts, warns, and answers 503', async () => {
    const redis = await startRedis();
    const first = await startIngest();
    await writeFile(join(first.datadir, 'file'), '');
    const spool = { dir: join(first.datadir, 'file', 'spool') };
    const ingest = await startIngest({ ...endpoints('one'), ingest: { spool } }, { redis: redis.url });
    expect(ingest.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        dir: spool.dir,
        msg: 'the spool cannot be used, trying again',
      }),
    );
    expect(holds(ingest)).toMatch(/^the spool cannot be used: .*file.*are lost$/);
    expect((await post(ingest, 'a')).status).toBe(202);
    await redis.kill();
    expect(await post(ingest, 'b')).toMatchObject({ status: 503, json: { error: 'SPOOL_FAILED' } });
  });
});

test('the spool is in the metrics', async () => {
  const [ingest, redis] = await withRedis();
  await redis.kill();
  for (const tag of ['a', 'b']) await post(ingest, tag);
  const metrics = async () => (await ingest.observer.metrics()).body;
  expect(await metrics()).toMatch(/^longshore_spool_requests 2$/m);
  expect(await metrics()).toMatch(/^longshore_spool_bytes 8192$/m); // two blocks of the disk
  await redis.restart();
  await isDrained(ingest);
  const fed = await eventually(metrics, (text) => /^longshore_spool_bytes 0$/m.test(text));
  expect(fed).toMatch(/^longshore_spool_requests 0$/m);
  expect(fed).toContain('longshore_spool_fed_total{source="nexus",outcome="taken"} 2');
  expect(fed).toContain(
    'longshore_requests_spooled_total{source="nexus",kind="nexus",reason="QUEUE_UNAVAILABLE"} 2',
  );
});
