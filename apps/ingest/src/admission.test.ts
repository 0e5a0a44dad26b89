/** Work before trust: what is answered before a byte of the body is there, and what the bodies of a process may take. */
import { createHmac } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { eventually, openConnection, postHead, type RawConnection } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { anEvent, endpoints, envelope } from './testing/events.js';
import { startIngest, type TestIngest } from './testing/ingest.js';
import { postRaw } from './testing/wire.js';

const MIB = 2 ** 20;
/** 64 MiB in some 150 bytes. */
const BOMB = brotliCompressSync(Buffer.alloc(64 * MIB), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 5 },
});
const OPEN_PATH = '/registry/notifications';
const statusOf = ({ received }: RawConnection) => /^HTTP\/1\.1 (\d{3})/.exec(received())?.[1];
const answered = (connection: RawConnection) => eventually(() => statusOf(connection));

describe('before its body has come', () => {
  const sources = [
    { name: 'main', kind: 'distribution', auth: { bearer: ['of-main', 'older'] } },
    { name: 'hub', kind: 'dockerhub', auth: { token: 't0ken' } },
    { name: 'github', kind: 'github', auth: { hmac: 'gh-secret' } },
  ];
  const settings = { ...endpoints('one'), sources };

  const rows: [string, string, string[]][] = [
    ['404', '/sources/nosuch', []],
    ['404', '/', ['Authorization: Bearer of-main']],
    ['401', '/sources/main', []],
    ['401', '/sources/main', ['Authorization: Bearer wrong']],
    ['401', '/sources/hub', []],
    ['401', '/sources/hub/wrong', []],
    ['401', '/sources/hub?token=wrong', []],
    ['401', '/sources/github', []],
    ['401', '/sources/github', ['X-Hub-Signature-256: sha256=00']],
    ['401', '/sources/github', ['X-Gitea-Signature: '.padEnd(83, '0')]],
    ['401', OPEN_PATH, ['Authorization: Bearer wrong']],
    ['413', '/sources/main', ['Authorization: Bearer of-main']],
  ];

  test('a request is answered, and the next one on its connection is taken', async () => {
    const ingest = await startIngest({ ...settings, ingest: { maxbody: '1MiB' } });
    for (const [status, path, headers] of rows) {
      const size = status === '413' ? MIB + 1 : MIB;
      const connection = await openConnection(
        ingest.port,
        postHead(path, `Content-Length: ${size}`, ...headers),
      );
      expect([path, headers, await answered(connection)]).toEqual([path, headers, status]);
      // The sender writes all of it before it looks at the answer, and continues with an event.
      const event = JSON.stringify(envelope(anEvent()));
      const good = ['Authorization: Bearer older', `Content-Length: ${event.length}`];
      connection.write(Buffer.alloc(size));
      connection.write(postHead('/sources/main', ...good) + event);
      await eventually(() => connection.received().includes('"accepted":1'));
    }
  });

  test('another method is answered 405, the open path behind ingest.auth 401', async () => {
    const ingest = await startIngest({ ...endpoints('one'), ingest: { auth: { bearer: 's3cret' } } });
    for (const [status, head] of [
      ['405', postHead(OPEN_PATH, 'Content-Length: 9').replace('POST', 'PUT')],
      ['405', postHead(OPEN_PATH, 'Transfer-Encoding: chunked').replace('POST', 'GET')],
      ['401', postHead(OPEN_PATH, 'Transfer-Encoding: chunked')],
      ['401', postHead(OPEN_PATH, 'Content-Length: 9', 'Authorization: Bearer wrong')],
    ] as const) {
      expect(await answered(await openConnection(ingest.port, head))).toBe(status);
    }
    expect(ingest.records().map(({ record }) => record)).toEqual(Array(4).fill('event.refused'));
  });

  test('a request with a secret or a signature is waited for', async () => {
    const ingest = await startIngest(settings);
    const body = JSON.stringify({ zen: 'ping' });
    const digest = createHmac('sha256', 'gh-secret').update(body).digest('hex');
    for (const [path, header] of [
      ['/sources/hub/t0ken', 'X-Any: 1'],
      ['/sources/main', 'Authorization: Bearer older'],
      ['/sources/github', `X-Hub-Signature-256: sha256=${digest}`],
    ] as const) {
      const type = 'X-GitHub-Event: ping';
      const head = postHead(path, `Content-Length: ${body.length}`, header, type);
      const connection = await openConnection(ingest.port, head);
      const other = await ingest.post({}, { path: '/health', method: 'GET' }).catch(() => undefined);
      expect(other?.status ?? 200).toBe(200);
      expect(connection.received()).toBe('');
      connection.write(body);
      expect(await answered(connection)).toMatch(/^20[02]$/);
    }
  });
});

describe('bombs', () => {
  const post24 = (ingest: TestIngest, path: string, headers: Record<string, string> = {}) =>
    Promise.all(
      Array.from({ length: 24 }, () =>
        postRaw(
          ingest.url + path,
          { ...headers, 'content-encoding': 'br', 'content-length': `${BOMB.length}` },
          BOMB,
        ),
      ),
    );

  test.each([
    ['/sources/nosuch', 'SOURCE_UNKNOWN'],
    [OPEN_PATH, 'SOURCE_RATIO'],
  ])('24 of 64 MiB to %s are answered %s, and the memory stays', async (path, error) => {
    const ingest = await startIngest(endpoints('one'));
    const before = process.memoryUsage().rss;
    const answers = await post24(ingest, path);
    expect(answers.map(({ json }) => json)).toEqual(Array(24).fill(expect.objectContaining({ error })));
    // At once they would be 1,200 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB);
  });

  test('with signatures that only look right cost no hash of what they inflate to', async () => {
    const kinds = Array.from({ length: 10 }, (_, index) => `nexus-${index}`);
    const sources = kinds.map((name) => ({
      name,
      kind: 'nexus',
      auth: { hmac: [`${name}-old`, `${name}-new`] },
    }));
    const ingest = await startIngest({ ...endpoints('one'), sources });
    const before = process.cpuUsage();
    const answers = await post24(ingest, OPEN_PATH, { 'x-nexus-webhook-signature': 'ab'.repeat(20) });
    expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(413));
    // Of this process, not of a machine that has other things to do. It was 16 s.
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });
});

describe('ingest.maxinflight', () => {
  const OTHER_PATH = '/sources/other';
  const settings = {
    ...endpoints('one'),
    ingest: { maxbody: '1MiB', maxinflight: '2MiB' },
    sources: [{ name: 'other', kind: 'distribution' }],
  };
  /** Half a body; resolves when ingest waits for the rest. */
  const half = async (ingest: TestIngest, size = MIB, path = OPEN_PATH) => {
    const head = postHead(path, `Content-Length: ${size}`, 'Expect: 100-continue');
    const connection = await openConnection(ingest.port, `${head}{"events":[`);
    await eventually(() => connection.received().includes('100 Continue'));
    expect(connection.received()).not.toContain('503');
    return connection;
  };
  const good = (ingest: TestIngest) => ingest.post(envelope(anEvent()));

  test('is answered 503 above it, and holds nothing once senders have gone', async () => {
    const ingest = await startIngest(settings);
    const held = [await half(ingest), await half(ingest, MIB, OTHER_PATH)];
    const refused = await good(ingest);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.json).toMatchObject({
      error: 'SOURCE_BUSY',
      message: expect.stringContaining('ingest.maxinflight'),
    });
    for (const connection of held) connection.destroy();
    await eventually(
      () => good(ingest),
      ({ status }) => status === 202,
    );
    const reasons = ingest.records().map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'SOURCE_BODY')).toHaveLength(2);
  });

  test('goes to one sender by half at most, so that its half-sent bodies do not keep others out', async () => {
    const ingest = await startIngest(settings);
    const held = await half(ingest, MIB);
    expect((await good(ingest)).status).toBe(503);
    expect((await ingest.post(envelope(anEvent()), { path: OTHER_PATH })).status).toBe(202);
    held.destroy();
    await eventually(
      () => good(ingest),
      ({ status }) => status === 202,
    );
  });

  test('is given back by every way in which a request can end', async () => {
    const ingest = await startIngest({ ...settings, ingest: { maxbody: '1MiB', maxinflight: '1MiB' } });
    const url = ingest.url + OPEN_PATH;
    const large = Buffer.alloc(2 * MIB, ' ');
    const chunked = { 'transfer-encoding': 'chunked' };
    const encoded = (encoding: string, bytes: Buffer) =>
      postRaw(url, { 'content-encoding': encoding, 'content-length': `${bytes.length}` }, bytes);
    const ways: [string, () => Promise<{ status?: number }>, number][] = [
      ['too long', () => postRaw(url, { 'content-length': `${large.length}` }, large), 413],
      ['too long in chunks', () => postRaw(url, chunked, large), 413],
      ['a bomb', () => encoded('br', BOMB), 413],
      ['cut', () => encoded('gzip', gzipSync('{}').subarray(0, 12)), 202],
      ['no JSON', () => ingest.post('{'), 202],
      ['empty', () => ingest.post(''), 200],
      ['a good event', () => good(ingest), 202],
    ];
    for (const [way, send, status] of ways) {
      for (let time = 0; time < 3; time += 1) {
        const answer = await eventually(send, (seen) => seen.status !== 503);
        expect([way, answer.status]).toEqual([way, status]);
      }
    }
    for (let time = 0; time < 3; time += 1) {
      const connection = await half(ingest);
      expect((await good(ingest)).status).toBe(503);
      connection.destroy();
      await eventually(
        () => good(ingest),
        ({ status }) => status === 202,
      );
    }
  });

  test('a body that grows beyond it in chunks is refused, one that is alone is taken', async () => {
    const ingest = await startIngest({
      ...endpoints('one'),
      ingest: { maxbody: '4MiB', maxinflight: '1MiB' },
    });
    const large = JSON.stringify(envelope(anEvent({}, { annotations: { text: 'x'.repeat(3 * MIB) } })));
    const send = () => postRaw(ingest.url + OPEN_PATH, { 'transfer-encoding': 'chunked' }, large);
    expect(await send()).toMatchObject({ status: 202 });
    const other = await half(ingest, 100);
    expect(await send()).toMatchObject({ status: 503 });
    other.destroy();
    await eventually(send, ({ status }) => status === 202);
  });

  test('may change while ingest runs', async () => {
    const ingest = await startIngest(settings);
    const held = [await half(ingest), await half(ingest, MIB, OTHER_PATH)];
    expect((await good(ingest)).status).toBe(503);
    await ingest.apply({ ...settings, ingest: { maxbody: '1MiB', maxinflight: '3MiB' } });
    expect((await good(ingest)).status).toBe(202);
    for (const connection of held) connection.destroy();
  });
});

describe('what cannot be decompressed', () => {
  test.each<[string, Buffer, string]>([
    ['gzip', gzipSync('{"events":[]}').subarray(0, -9), 'the gzip body is cut short'],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80]), 'the content encoding zstd is not supported'],
    ['__proto__', Buffer.from([0xff]), 'the content encoding is not supported'],
  ])('is kept with the reason: %s', async (encoding, bytes, reason) => {
    const ingest = await startIngest(endpoints('one'));
    const headers = { 'content-encoding': encoding, 'content-length': `${bytes.length}` };
    expect(await postRaw(ingest.url + OPEN_PATH, headers, bytes)).toMatchObject({
      status: 202,
      json: { quarantined: 1, reason },
    });
    const [kept] = await ingest.quarantine.list();
    expect(kept?.headers).toMatchObject({ 'content-encoding': encoding });
  });

  test('what was decompressed is kept without the header that says it is compressed', async () => {
    const ingest = await startIngest(endpoints('one'));
    const bytes = gzipSync('not JSON');
    const headers = { 'content-encoding': 'gzip', 'content-length': `${bytes.length}` };
    await postRaw(ingest.url + OPEN_PATH, headers, bytes);
    const [kept] = await ingest.quarantine.list();
    expect(kept?.headers).not.toHaveProperty('content-encoding');
    expect(Buffer.from(kept?.body ?? '', 'base64').toString()).toBe('not JSON');
  });
});
