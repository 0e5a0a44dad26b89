/** Who may post, and where: `ingest.auth`, configured sources with their own, and the open path over both. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anEvent, endpoints, envelope } from './testing/events.js';
import { startIngest, type TestIngest } from './testing/ingest.js';

const nowhere = { deliveries: 0, quarantined: 0 };
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

async function expectRefused(ingest: TestIngest, headers: Record<string, string>, path?: string) {
  const before = ingest.records().length;
  const unauthorized = ingest.unauthorized();
  const answer = await ingest.post(envelope(anEvent()), { headers, path });
  expect(answer.status).toBe(401);
  expect(ingest.unauthorized()).toBe(unauthorized + 1);
  expect(answer.headers.get('www-authenticate')).toContain('Basic');
  expect(answer.json).toEqual({ error: 'SOURCE_UNAUTHORIZED', message: expect.stringMatching(/^[^\n]+$/) });
  expect(ingest.records().slice(before)).toMatchObject([
    { level: 'warn', record: 'event.refused', status: 401, reason: 'SOURCE_UNAUTHORIZED' },
  ]);
}

describe('ingest.auth', () => {
  test.each<[string, object, Record<string, string>, Record<string, string>[]]>([
    [
      'a token',
      { bearer: 's3cret' },
      bearer('s3cret'),
      [{}, bearer('s3cre'), basic('s3cret', ''), bearer('')],
    ],
    [
      'a user',
      { basic: { registry: 's3cret' } },
      basic('registry', 's3cret'),
      [{}, basic('registry', 'wrong'), basic('other', 's3cret'), basic('', ''), bearer('s3cret')],
    ],
    [
      'a header',
      { header: { 'X-Secret': 's3cret' } },
      { 'x-secret': 's3cret' },
      [{}, { 'x-secret': '' }, { 'x-secret': 'S3CRET' }, { 'x-secret': 's3cret, s3cret' }],
    ],
  ])('with %s wrong credentials are answered 401 and nothing is stored', async (_, auth, right, wrong) => {
    const ingest = await startIngest({ ...endpoints('one'), ingest: { auth } });
    for (const headers of wrong) await expectRefused(ingest, headers);
    // Nor is a body looked at before: it would end in quarantine.
    expect((await ingest.post('{', { headers: wrong[0] })).status).toBe(401);
    expect(await ingest.stored()).toEqual(nowhere);
    expect((await ingest.post(envelope(anEvent()), { headers: right })).status).toBe(202);
    expect(JSON.stringify(ingest.lines)).not.toContain('s3cret');
  });

  test('any of several secrets is enough while they are changed', async () => {
    const env = { NEW: 'new' };
    const settings = { ...endpoints('one'), ingest: { auth: { bearer: ['old', 'env:NEW'] } } };
    const ingest = await startIngest(settings, { env });
    for (const secret of ['old', 'new']) {
      expect((await ingest.post(envelope(anEvent()), { headers: bearer(secret) })).status).toBe(202);
    }
    await expectRefused(ingest, bearer('env:NEW'));
  });

  test('a secret that is not there changes nothing: the old configuration stays in force', async () => {
    const ingest = await startIngest({ ...endpoints('one'), ingest: { auth: { bearer: 'old' } } });
    const next = { ...endpoints('one', 'two'), ingest: { auth: { bearer: 'env:NOT_SET' } } };
    await expect(ingest.apply(next)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    const answer = await ingest.post(envelope(anEvent()), { headers: bearer('old') });
    expect(answer).toMatchObject({ status: 202, json: { enqueued: 1 } });
  });
});

describe('configured sources', () => {
  const sources = [
    { name: 'main', kind: 'distribution', auth: { bearer: 'of-main' } },
    { name: 'other', kind: 'distribution' },
  ];
  const settings = { ...endpoints('one'), sources, ingest: { auth: { bearer: 'of-all' } } };

  test('each is behind its own auth, and behind ingest.auth without one', async () => {
    const ingest = await startIngest(settings);
    const rows: [string, string, number][] = [
      ['/sources/main', 'of-main', 202],
      ['/sources/main', 'of-all', 401],
      ['/sources/other', 'of-all', 202],
      ['/sources/other', 'of-main', 401],
    ];
    for (const [path, secret, status] of rows) {
      const answer = await ingest.post(envelope(anEvent()), { path, headers: bearer(secret) });
      expect([path, secret, answer.status]).toEqual([path, secret, status]);
    }
    const sourcesOf = ingest.records().map(({ record, source }) => [record, source]);
    expect(sourcesOf).toEqual([
      ['event.received', 'main'],
      ['event.refused', 'main'],
      ['event.received', 'other'],
      ['event.refused', 'other'],
    ]);
  });

  test('on the open path the secret decides which of them it is, and without one it is none', async () => {
    const ingest = await startIngest(settings);
    for (const [secret, source] of [
      ['of-main', 'main'],
      ['of-all', 'other'],
    ] as const) {
      expect((await ingest.post(envelope(anEvent()), { headers: bearer(secret) })).status).toBe(202);
      expect(ingest.records().at(-1)).toMatchObject({ record: 'event.received', source });
    }
    for (const headers of [{}, bearer('wrong')]) await expectRefused(ingest, headers);
  });

  test('the same event through two sources is two events', async () => {
    const ingest = await startIngest(settings);
    const body = envelope(anEvent());
    for (const secret of ['of-main', 'of-all']) {
      expect((await ingest.post(body, { headers: bearer(secret) })).json).toMatchObject({
        enqueued: 1,
        duplicates: 0,
      });
    }
  });
});

describe('a secret in the url', () => {
  const sources = [{ name: 'hub', kind: 'dockerhub', auth: { token: ['t0ken-old', 't0ken-new'] } }];
  const push = {
    push_data: { tag: '1', pushed_at: 1_773_480_413, pusher: 'ci' },
    repository: { repo_name: 'acme/api' },
  };

  test('lets in by path and by query, and is nowhere in what is logged, answered or stored', async () => {
    const ingest = await startIngest({ ...endpoints('one'), sources });
    const rows: [string, number][] = [
      ['/sources/hub/t0ken-new', 202],
      ['/sources/hub?token=t0ken-old', 202],
      ['/sources/hub/t0ken-wrong', 401],
      ['/sources/hub?token=t0ken-wrong', 401],
      ['/sources/hub', 401],
      ['/sources/other/t0ken-new', 404],
      ['/sources/hub/t0ken-new/more', 404],
    ];
    for (const [path, status] of rows) {
      const answer = await ingest.post(push, { path });
      expect([path, answer.status]).toEqual([path, status]);
      expect(JSON.stringify(answer.json)).not.toContain('t0ken');
    }
    expect((await ingest.post(push, { path: '/sources/hub/t0ken-new', method: 'PUT' })).status).toBe(404);
    await ingest.post('not JSON', { path: '/sources/hub/t0ken-new' });
    expect(JSON.stringify(ingest.lines)).not.toContain('t0ken');
    const kept = await ingest.quarantine.list();
    expect(JSON.stringify(kept)).not.toContain('t0ken');
    expect(await ingest.stored()).toEqual({ deliveries: 1, quarantined: 1 });
  });
});

describe('a signature', () => {
  test('is asked for on the open path too, with the key of the configuration', async () => {
    const sources = [{ name: 'nexus', kind: 'nexus', auth: { hmac: 'nexus-key' } }];
    const ingest = await startIngest({ ...endpoints('one'), sources });
    const asset = { id: '1', format: 'docker', name: '/v2/team/api/manifests/1' };
    const body = JSON.stringify({ action: 'CREATED', nodeId: 'n', initiator: 'ci/10.0.0.1', asset });
    const sign = (key: string) => createHmac('sha1', key).update(body).digest('hex');
    const webhook = { 'x-nexus-webhook-id': 'rm:repository:asset' };
    for (const path of ['/sources/nexus', '/registry/notifications']) {
      await expectStatus(ingest.post(body, { path, headers: webhook }), 401);
      const wrong = { ...webhook, 'x-nexus-webhook-signature': sign('wrong') };
      await expectStatus(ingest.post(body, { path, headers: wrong }), 401);
      const headers = { ...webhook, 'x-nexus-webhook-signature': sign('nexus-key') };
      await expectStatus(ingest.post(body, { path, headers }), 202);
      await expectStatus(ingest.post(`${body} `, { path, headers }), 401);
    }
  });
});

test('a handshake is answered, with the secret of the source only', async () => {
  const sources = [{ name: 'builds', kind: 'cloudevents', auth: { token: 't0ken' } }];
  const ingest = await startIngest({ ...endpoints('one'), sources });
  const shake = (path: string) =>
    fetch(ingest.url + path, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventgrid.azure.net' },
    });
  const allowed = await shake('/sources/builds?token=t0ken');
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net');
  expect(await allowed.text()).toBe('');
  expect((await shake('/sources/builds?token=wrong')).status).toBe(401);
  const without = await fetch(`${ingest.url}/sources/builds?token=t0ken`, { method: 'OPTIONS' });
  expect([without.status, without.headers.get('allow')]).toEqual([405, 'POST']);
});

async function expectStatus(answer: Promise<{ status: number }>, status: number): Promise<void> {
  expect((await answer).status).toBe(status);
}
