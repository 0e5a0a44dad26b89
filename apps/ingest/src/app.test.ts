/** The HTTP face: paths, methods, sizes, encodings, and senders that break off. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { anEvent, endpoints, envelope } from './testing/events.js';
import { startIngest } from './testing/ingest.js';
import { breakOff, postRaw } from './testing/wire.js';

const nowhere = { deliveries: 0, quarantined: 0 };
const body = (...events: unknown[]) => JSON.stringify(envelope(...events));
const aSource = { name: 'main', kind: 'distribution' };

describe('paths and methods', () => {
  test('a path that is not known is answered 404 with the ones that are', async () => {
    const ingest = await startIngest({
      ...endpoints('one'),
      sources: [aSource, { ...aSource, name: 'two' }],
    });
    for (const path of ['/', '/registry', '/sources/three', '/sources/%zz', '//registry/notifications']) {
      const { status, json } = await ingest.post(envelope(anEvent()), { path });
      expect([path, status]).toEqual([path, 404]);
      expect(json).toMatchObject({ error: 'SOURCE_UNKNOWN' });
      for (const known of ['/registry/notifications', '/sources/main', '/sources/two']) {
        expect(JSON.stringify(json)).toContain(known);
      }
    }
    const records = ingest.records();
    expect(records).toHaveLength(5);
    for (const record of records) expect(record).toMatchObject({ record: 'event.refused', status: 404 });
    expect(await ingest.stored()).toEqual(nowhere);
  });

  test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])(
    '%s on a webhook path is answered 405',
    async (method) => {
      const ingest = await startIngest({ ...endpoints('one'), sources: [aSource] });
      for (const path of ['/registry/notifications', '/registry/notifications/', '/sources/main']) {
        const answer = await ingest.post(undefined, { method, path });
        expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, 'POST']);
      }
      expect(ingest.records()).toMatchObject([{ status: 405 }, { status: 405 }, { status: 405 }]);
    },
  );

  test('a path that is mistyped leaves nothing of the secret in it', async () => {
    const sources = [{ name: 'hub', kind: 'dockerhub', auth: { token: 't0ken' } }];
    const ingest = await startIngest({ ...endpoints('one'), sources });
    for (const path of [
      '/sources/hub%2Ft0ken',
      '/sources/hub;t0ken',
      '/SOURCES/hub/t0ken',
      '//sources/hub/t0ken',
      '/t0ken',
      '/sources/t0ken',
      '/registry/t0ken',
      '/%74%30ken',
    ]) {
      const { status, json } = await ingest.post({}, { path });
      expect([path, status]).toEqual([path, 404]);
      expect(JSON.stringify(json)).not.toMatch(/t0ken|%74%30/);
    }
    expect(ingest.records()).toHaveLength(8);
    expect(JSON.stringify(ingest.lines)).not.toMatch(/t0ken|%74%30/);
  });

  test('a long path makes neither a long answer nor a long line', async () => {
    const ingest = await startIngest(endpoints('one'));
    for (const path of [
      `/${'a'.repeat(15_000)}`,
      '/sources'.repeat(1_800),
      `/sources/${'%E2%80%AE'.repeat(1_600)}`,
    ]) {
      const { status, json } = await ingest.post({}, { path });
      expect([status, JSON.stringify(json).length < 600]).toEqual([404, true]);
    }
    for (const line of ingest.lines) expect(JSON.stringify(line).length).toBeLessThan(800);
  });

  test('what the listener refuses before is recorded as any other refusal', async () => {
    const ingest = await startIngest({ ...endpoints('one'), sources: [aSource] });
    const refusal = { status: 421, code: 'REQUEST_HOST', message: 'another host' };
    ingest.onRefused(refusal, { url: '/sources/main/t0ken?token=t0ken' });
    expect(ingest.records()).toMatchObject([
      {
        record: 'event.refused',
        source: '/sources/main/…',
        status: 421,
        reason: 'REQUEST_HOST',
        detail: 'another host',
      },
    ]);
    expect(JSON.stringify(ingest.lines)).not.toContain('t0ken');
    const { body } = await ingest.observer.metrics();
    expect(body).toContain('longshore_requests_total{source="unknown",status="421"} 1');
  });

  test('a slash at the end is the same path', async () => {
    const ingest = await startIngest({ ...endpoints('one'), sources: [aSource] });
    for (const path of ['/registry/notifications/', '/sources/main/', '/sources/main']) {
      expect((await ingest.post(envelope(anEvent()), { path })).status).toBe(202);
    }
    expect(await ingest.stored()).toEqual({ deliveries: 3, quarantined: 0 });
  });

  test('the shared path is answered alike with and without a slash at the end', async () => {
    const auth = { bearer: 's3cret' };
    const ingest = await startIngest({ ...endpoints('one'), sources: [{ ...aSource, auth }] });
    const headers = { authorization: 'Bearer s3cret' };
    const about = ['content-type', 'content-length', 'www-authenticate', 'allow', 'retry-after'];
    const answersAt = async (path: string) => {
      const answers = [
        await ingest.post(envelope(anEvent()), { path, headers }),
        await ingest.post('', { path, headers }),
        await ingest.post('{', { path, headers }),
        await ingest.post(envelope(anEvent()), { path }),
      ];
      return answers.map(({ status, headers, json }) => [status, about.map((one) => headers.get(one)), json]);
    };
    const answers = await answersAt('/registry/notifications');
    expect(answers).toEqual(await answersAt('/registry/notifications/'));
    expect(answers.map(([status]) => status)).toEqual([202, 200, 202, 401]);
    const { body } = await ingest.observer.metrics();
    expect(body).toContain('longshore_requests_total{source="unknown",status="401"} 2');
    expect(body).toContain('longshore_requests_total{source="main",status="202"} 4');
  });

  test('a fault after the answer is logged, and ends neither the connection nor the process', async () => {
    const ingest = await startIngest(endpoints('one'));
    ingest.observer.requestAnswered = () => {
      throw new Error('no metric');
    };
    expect(await ingest.post(envelope(anEvent()))).toMatchObject({ status: 202 });
    const line = expect.objectContaining({ msg: 'request failed inside Longshore' });
    await eventually(() => expect(ingest.lines).toContainEqual(line));
    expect(await ingest.stored()).toEqual({ deliveries: 1, quarantined: 0 });
  });

  test('/health says that ingest is there, and is no webhook', async () => {
    const ingest = await startIngest();
    const answer = await ingest.post(undefined, { method: 'GET', path: '/health' });
    expect([answer.status, answer.json]).toEqual([200, { status: 'ok' }]);
    expect(ingest.lines).toEqual([]);
  });
});

describe('size', () => {
  const big = 'x'.repeat(8 * 2 ** 20);
  const small = { ...endpoints('one'), ingest: { maxbody: '1MiB' } };

  test.each<[string, Record<string, string>, Buffer | string]>([
    ['with its length', { 'content-length': String(big.length) }, big],
    ['in chunks', { 'transfer-encoding': 'chunked' }, big],
    ['compressed', { 'content-encoding': 'gzip' }, gzipSync(big)],
  ])('a body over ingest.maxbody, sent %s, is answered 413 and not stored', async (_, headers, bytes) => {
    const ingest = await startIngest(small);
    const { status, json } = await postRaw(`${ingest.url}/registry/notifications`, headers, bytes);
    expect(status).toBe(413);
    expect(json).toMatchObject({
      error: 'SOURCE_TOO_LARGE',
      message: expect.stringContaining('ingest.maxbody'),
    });
    expect(ingest.records()).toMatchObject([
      { record: 'event.refused', status: 413, reason: 'SOURCE_TOO_LARGE' },
    ]);
    expect(await ingest.stored()).toEqual(nowhere);
  });

  test('a changed ingest.maxbody holds from the next request on', async () => {
    const ingest = await startIngest(small);
    const event = anEvent({}, { annotations: { text: 'x'.repeat(2 * 2 ** 20) } });
    expect((await ingest.post(envelope(event))).status).toBe(413);
    await ingest.apply({ ...small, ingest: { maxbody: '4MiB' } });
    expect((await ingest.post(envelope(event))).status).toBe(202);
  });
});

describe('encodings', () => {
  test.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
  ])('a body in %s is read', async (encoding, encode) => {
    const ingest = await startIngest(endpoints('one'));
    const bytes = new Uint8Array(encode(body(anEvent())));
    const answer = await ingest.post(bytes, { headers: { 'content-encoding': encoding } });
    expect(answer).toMatchObject({ status: 202, json: { accepted: 1, enqueued: 1, quarantined: 0 } });
  });

  test('a body that is not in the encoding it names is taken as it is, or kept', async () => {
    const ingest = await startIngest(endpoints('one'));
    const headers = { 'content-encoding': 'gzip' };
    // A proxy on the way has inflated it and left the header.
    expect((await ingest.post(body(anEvent()), { headers })).json).toMatchObject({
      accepted: 1,
      enqueued: 1,
    });
    const cut = new Uint8Array(gzipSync(body(anEvent())).subarray(0, 60));
    expect(await ingest.post(cut, { headers })).toMatchObject({ status: 202, json: { quarantined: 1 } });
    const [kept] = await ingest.quarantine.list();
    expect(kept?.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(new Uint8Array(Buffer.from(kept?.body ?? '', 'base64'))).toEqual(cut);
  });

  test('of several Content-Type headers the first counts', async () => {
    const ingest = await startIngest(endpoints('one'));
    const v2 = 'application/vnd.docker.distribution.events.v2+json';
    const headers = { 'content-type': [v2, 'text/plain'], 'content-length': '2' };
    expect(await postRaw(`${ingest.url}/registry/notifications`, headers, '{}')).toMatchObject({
      status: 200,
      json: { accepted: 0, reason: 'the envelope has no events' },
    });
  });
});

describe('a sender that breaks off', () => {
  test.each([
    ['with a length', 'Content-Length: 1000', '{"events":['],
    ['in a chunk', 'Transfer-Encoding: chunked', 'ff\r\n{"events":['],
    ['in a compressed body', 'Content-Length: 1000\r\nContent-Encoding: gzip', '\x1f'],
  ])('in the middle of a body %s leaves one record and nothing else', async (_, head, begun) => {
    const ingest = await startIngest(endpoints('one'));
    // Its connection is there, as that of a client which has not sent all.
    const connected = () => eventually(async () => (await ingest.connections()) === 1);
    await breakOff(ingest.port, head, begun, connected);
    await eventually(
      () => ingest.records(),
      (records) => records.length > 0,
    );
    expect(ingest.records()).toMatchObject([{ record: 'event.refused', status: 400, reason: 'SOURCE_BODY' }]);
    expect(await ingest.stored()).toEqual(nowhere);
    expect((await ingest.post(envelope(anEvent()))).status).toBe(202);
  });
});
