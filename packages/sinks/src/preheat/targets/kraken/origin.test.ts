import { describe, expect, test } from 'vitest';
import { krakenOrigin } from '../../../testing/kraken.js';
import { deadPort, receiver } from '../../../testing/receiver.js';
import { aKraken } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex, anItem, StandingClock } from '../../../testing/warm.js';

const DIGEST = aDigest('a');
const ESCAPED = `library%2Fnginx/blobs/${DIGEST}`;
const LOCAL = `HEAD /internal/namespace/${ESCAPED}?local=true`;
const METAINFO = `GET /internal/namespace/${ESCAPED}/metainfo`;
const PREFETCH = `POST /namespace/${ESCAPED}/prefetch`;

describe('an origin', () => {
  test('is asked where the blob is kept, then to prefetch it, then whether it is on its disk', async () => {
    const origin = await krakenOrigin();
    const kraken = aKraken({ origin: origin.base });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toEqual({
      state: 'already',
      bytes: 4567,
      verified: true,
    });
    expect(origin.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /blobs/${DIGEST}/locations`,
      PREFETCH,
      LOCAL,
    ]);
  });

  test('a repository is one escaped segment of the path', async () => {
    const origin = await krakenOrigin();
    const kraken = aKraken({ origin: origin.base });
    await kraken.warm(anIndex({ repository: 'a/b_c/d.e-f' }), anItem(), aCall());
    expect(origin.asked()[0]).toBe(`POST /namespace/a%2Fb_c%2Fd.e-f/blobs/${DIGEST}/prefetch`);
  });

  test('that has no prefetch is asked for metainfo, and that is remembered', async () => {
    const origin = await krakenOrigin({ prefetch: false });
    const kraken = aKraken({ origin: origin.base });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toEqual({
      state: 'already',
      bytes: 4567,
      verified: true,
    });
    await kraken.warm(anIndex(), anItem(), aCall());
    expect(origin.asked()).toEqual([PREFETCH, METAINFO, LOCAL, METAINFO, LOCAL]);
  });

  test('404 of its handler is the blob’s, not the router’s: nothing else is asked', async () => {
    const origin = await krakenOrigin({ trigger: () => 404 });
    const kraken = aKraken({ origin: origin.base });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'failed',
      reason: 'absent',
      retryable: true,
      detail: expect.stringContaining(DIGEST),
    });
    expect(origin.asked()).toEqual([PREFETCH]);
    await kraken.warm(anIndex(), anItem(), aCall());
    expect(origin.asked()).toEqual([PREFETCH, PREFETCH]);
  });

  test('that says 200 and does not have the blob on its disk is incomplete', async () => {
    const origin = await krakenOrigin({ local: 404 });
    const kraken = aKraken({ origin: origin.base });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'failed',
      reason: 'incomplete',
      retryable: true,
    });
  });

  test('that cannot tell what is on its disk leaves a prefetch unverified, and a metainfo proven', async () => {
    const newer = await krakenOrigin({ local: 500 });
    const older = await krakenOrigin({ local: 500, prefetch: false });
    const call = [anIndex(), anItem(), aCall()] as const;
    expect(await aKraken({ origin: newer.base }).warm(...call)).toMatchObject({ verified: false });
    expect(await aKraken({ origin: older.base }).warm(...call)).toMatchObject({
      verified: true,
      bytes: 4567,
    });
  });

  test('a digest other than sha256 is not asked for', async () => {
    const origin = await krakenOrigin();
    const kraken = aKraken({ origin: origin.base });
    const digest = `sha512:${'a'.repeat(128)}`;
    expect(await kraken.warm(anIndex(), anItem({ digest }), aCall())).toMatchObject({
      reason: 'unsupported',
      retryable: false,
    });
    expect(origin.requests).toEqual([]);
  });

  test('a way that was not there is looked for again after ten minutes', async () => {
    const clock = new StandingClock();
    const origin = await krakenOrigin({ prefetch: false });
    const kraken = aKraken({ origin: origin.base }, clock);
    await kraken.warm(anIndex(), anItem(), aCall());
    clock.at += 599_999;
    await kraken.warm(anIndex(), anItem(), aCall());
    expect(origin.asked()).toEqual([PREFETCH, METAINFO, LOCAL, METAINFO, LOCAL]);
    clock.at += 1;
    await kraken.warm(anIndex(), anItem(), aCall());
    expect(origin.asked().slice(5)).toEqual([PREFETCH, METAINFO, LOCAL]);
  });

  test('what answered as no origin does, as a proxy whose origins restart, is asked again', async () => {
    const clock = new StandingClock();
    let up = false;
    const front = await receiver((response, { method }) => {
      if (up) response.writeHead(200, method === 'HEAD' ? { 'content-length': 4567 } : {}).end();
      else response.writeHead(404).end('404 page not found\n');
    });
    const kraken = aKraken({ origin: new URL(front.url).origin }, clock);
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({ reason: 'unsupported' });
    up = true;
    clock.at += 600_000;
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({ state: 'already' });
  });

  test('what is no origin at all is unsupported', async () => {
    const { krakenProxy } = await import('../../../testing/kraken.js');
    const other = await krakenProxy();
    expect(await aKraken({ origin: other.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      reason: 'unsupported',
      retryable: true,
    });
  });
});

describe('the ring', () => {
  test('the first location is asked, the configured origin is not', async () => {
    const keeper = await krakenOrigin();
    const other = await krakenOrigin();
    const any = await krakenOrigin({ locations: () => `${keeper.host},${other.host},${any.host}` });
    await aKraken({ origin: any.base }).warm(anIndex(), anItem(), aCall());
    expect([keeper, other, any].map((origin) => origin.asked().length)).toEqual([2, 0, 0]);
  });

  test('the next location is asked when the first is down', async () => {
    const second = await krakenOrigin();
    const third = await krakenOrigin();
    const dead = `127.0.0.1:${await deadPort()}`;
    const any = await krakenOrigin({ locations: () => `${dead},${second.host},${third.host}` });
    expect(await aKraken({ origin: any.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'already',
    });
    expect([second, third].map((origin) => origin.asked().length)).toEqual([2, 0]);
  });

  test('the next location is asked when all workers of the first are busy', async () => {
    const busy = await krakenOrigin({ trigger: () => 503 });
    const free = await krakenOrigin();
    const any = await krakenOrigin({ locations: () => `${busy.host},${free.host}` });
    expect(await aKraken({ origin: any.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'already',
    });
  });

  test('when all are busy, that is the reason', async () => {
    const busy = await krakenOrigin({ trigger: () => 503 });
    expect(await aKraken({ origin: busy.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'failed',
      reason: 'http_503',
      retryable: true,
    });
  });

  test('the next configured origin tells the locations when the first is down', async () => {
    const up = await krakenOrigin();
    const origin = [`http://127.0.0.1:${await deadPort()}`, up.base];
    expect(await aKraken({ origin }).warm(anIndex(), anItem(), aCall())).toMatchObject({ state: 'already' });
  });

  test('at most three configured origins are asked for locations', async () => {
    const up = await krakenOrigin();
    const dead = `http://127.0.0.1:${await deadPort()}`;
    const kraken = aKraken({ origin: [dead, dead, dead, up.base] });
    expect(await kraken.warm(anIndex(), anItem(), aCall())).toMatchObject({ reason: 'refused' });
    expect(up.requests).toEqual([]);
  });

  test('locations are kept for ten seconds, for each first four characters of a digest', async () => {
    const clock = new StandingClock();
    const origin = await krakenOrigin();
    const kraken = aKraken({ origin: origin.base }, clock);
    const lookups = () => origin.requests.filter(({ url }) => url.endsWith('/locations')).length;
    const likeA = `sha256:aaaa${'b'.repeat(60)}`;
    await kraken.warm(anIndex(), anItem(), aCall());
    await kraken.warm(anIndex(), anItem({ digest: likeA }), aCall());
    expect(lookups()).toBe(1);
    await kraken.warm(anIndex(), anItem({ digest: aDigest('c') }), aCall());
    expect(lookups()).toBe(2);
    clock.at += 9_999;
    await kraken.warm(anIndex(), anItem(), aCall());
    expect(lookups()).toBe(2);
    clock.at += 1;
    await kraken.warm(anIndex(), anItem(), aCall());
    expect(lookups()).toBe(3);
  });

  test('an origin that does not tell locations is asked itself', async () => {
    const origin = await krakenOrigin({ locations: () => '' });
    expect(await aKraken({ origin: origin.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'already',
    });
  });

  test('a location that is no host is not asked', async () => {
    const origin = await krakenOrigin({
      locations: () => `evil/path:80,user@${origin.host},${origin.host}`,
    });
    expect(await aKraken({ origin: origin.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'already',
    });
  });

  test.each([
    '169.254.169.254:80',
    '[fe80::1]:80',
    '[fd00:ec2::23]:80',
    '[fd20:ce::254]:80',
    '[::ffff:a9fe:a9fe]:80',
    '[64:ff9b::a9fe:a9fe]:80',
    '100.100.100.200:80',
    '168.63.129.16:80',
    '0xa9fea9fe:80',
    '10.0.0.1:15002',
    '192.168.0.1:15002',
    '198.18.0.1:15002',
  ])('a location at %s, where the cluster is not, is not asked', async (location) => {
    const origin = await krakenOrigin({ locations: () => location });
    expect(await aKraken({ origin: origin.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'failed',
      reason: 'egress',
      detail: expect.stringMatching(/add (it|exactly this one) to the target’s addresses/),
    });
    expect(origin.asked()).toEqual([]);
  });

  test('a location that is not asked does not keep the others from being asked', async () => {
    const origin = await krakenOrigin({ locations: () => `169.254.169.254:80,${origin.host}` });
    expect(await aKraken({ origin: origin.base }).warm(anIndex(), anItem(), aCall())).toMatchObject({
      state: 'already',
    });
  });

  test('a handle does not lead to where a location does not', async () => {
    const origin = await krakenOrigin();
    const handle = JSON.stringify({
      since: Date.now(),
      looks: 1,
      way: 'prefetch',
      host: '169.254.169.254:80',
    });
    expect(await aKraken({ origin: origin.base }).warm(anIndex(), anItem(), aCall(handle))).toMatchObject({
      state: 'warmed',
    });
  });
});
