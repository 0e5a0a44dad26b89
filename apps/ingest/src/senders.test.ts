/** Which addresses may send to a source, and how much: what is answered, and that the body is not waited for. */
import { eventually, openConnection, postHead } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { anEvent, endpoints, envelope } from './testing/events.js';
import { startIngest, type TestIngest } from './testing/ingest.js';

const post = (ingest: TestIngest, source: string, headers: Record<string, string> = {}) =>
  ingest.post(envelope(anEvent()), { path: `/sources/${source}`, headers });

describe('sources[].from', () => {
  const sources = [
    { name: 'here', kind: 'distribution', from: ['127.0.0.0/8'] },
    { name: 'away', kind: 'distribution', from: ['10.0.0.0/8', 'fd00::/8'], auth: { bearer: 'right' } },
    { name: 'any', kind: 'gitea' },
  ];
  const settings = { ...endpoints('one'), sources };

  test('an address in none of the networks is refused, with the right secret too', async () => {
    const ingest = await startIngest(settings);
    expect((await post(ingest, 'here')).status).toBe(202);
    expect(await post(ingest, 'away', { authorization: 'Bearer right' })).toMatchObject({
      status: 403,
      json: { error: 'SOURCE_NETWORK', message: expect.stringContaining('sources[].from') },
    });
    expect(ingest.records().at(-1)).toMatchObject({ record: 'event.refused', source: 'away', status: 403 });
    expect(await ingest.stored()).toMatchObject({ deliveries: 1 });
    // No guess of a secret.
    expect(ingest.unauthorized()).toBe(0);
  });

  test('before a byte of the body has come', async () => {
    const ingest = await startIngest(settings);
    const head = postHead('/sources/away', 'Content-Length: 1000', 'Authorization: Bearer right');
    const connection = await openConnection(ingest.port, head);
    await eventually(() => /^HTTP\/1\.1 403/.test(connection.received()));
  });

  test('the shared path is no way around it', async () => {
    const ingest = await startIngest({ ...settings, sources: [sources[1]] });
    const headers = { authorization: 'Bearer right' };
    expect((await ingest.post(envelope(anEvent()), { headers })).status).toBe(403);
    await ingest.apply({ ...settings, sources: [{ ...sources[1], from: ['127.0.0.1'] }] });
    expect((await ingest.post(envelope(anEvent()), { headers })).status).toBe(202);
  });
});

describe('behind a proxy', () => {
  const sources = [{ name: 'away', kind: 'distribution', from: ['203.0.113.0/24', '2001:db8::/32'] }];
  const behind = (ingest: object) => ({ ...endpoints('one'), sources, ingest });

  test('its header counts only where it is trusted', async () => {
    const ingest = await startIngest(behind({}));
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    expect((await post(ingest, 'away', headers)).status).toBe(403);
    await ingest.apply(behind({ proxy: { from: ['10.0.0.0/8'] } }));
    expect((await post(ingest, 'away', headers)).status).toBe(403);
    await ingest.apply(behind({ proxy: { from: ['127.0.0.1'] } }));
    expect((await post(ingest, 'away', headers)).status).toBe(202);
  });

  test.each([
    ['203.0.113.7', 202],
    ['203.0.113.7:4711', 202],
    ['[2001:db8::7]:4711', 202],
    ['2001:db8::7', 202],
    ['198.51.100.1, 203.0.113.7', 202],
    ['203.0.113.7, 127.0.0.1', 202],
    // The client's own word, left of the address that the proxy saw.
    ['203.0.113.7, 198.51.100.1', 403],
    ['203.0.113.7, unknown', 403],
    ['', 403],
    ['203.0.113.7 ', 202],
  ])('%j: %i', async (value, status) => {
    const ingest = await startIngest(behind({ proxy: { from: ['127.0.0.1'] } }));
    expect((await post(ingest, 'away', { 'x-forwarded-for': value })).status).toBe(status);
  });
});

describe('sources[].rate', () => {
  test('one source above its rate gets 429, and others do not', async () => {
    const sources = [
      { name: 'busy', kind: 'distribution', rate: '1/h' },
      { name: 'quiet', kind: 'distribution' },
    ];
    const ingest = await startIngest({ ...endpoints('one'), sources });
    expect((await post(ingest, 'busy')).status).toBe(202);
    const refused = await post(ingest, 'busy');
    expect(refused).toMatchObject({ status: 429, json: { error: 'SOURCE_RATE' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await post(ingest, 'quiet')).status).toBe(202);
    expect(await ingest.stored()).toMatchObject({ deliveries: 2 });
  });

  test('who does not have the secret uses up nothing of it', async () => {
    const sources = [
      { name: 'bearer', kind: 'distribution', rate: '1/h', auth: { bearer: 'right' } },
      { name: 'signed', kind: 'github', rate: '1/h', auth: { hmac: 'secret' } },
    ];
    const ingest = await startIngest({ ...endpoints('one'), sources });
    const forged = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    for (let n = 0; n < 3; n++) {
      expect((await post(ingest, 'bearer', { authorization: 'Bearer wrong' })).status).toBe(401);
      expect((await post(ingest, 'signed', forged)).status).toBe(401);
    }
    expect((await post(ingest, 'bearer', { authorization: 'Bearer right' })).status).toBe(202);
  });

  test('on the shared path the source is known from the body, and counted', async () => {
    const sources = [{ name: 'busy', kind: 'distribution', rate: '1/h' }];
    const ingest = await startIngest({ ...endpoints('one'), sources });
    expect((await ingest.post(envelope(anEvent()))).status).toBe(202);
    expect((await ingest.post(envelope(anEvent()))).status).toBe(429);
    expect((await post(ingest, 'busy')).status).toBe(429);
  });
});
