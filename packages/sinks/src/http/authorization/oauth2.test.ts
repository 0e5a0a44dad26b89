/** OAuth 2 client credentials, against a real token endpoint that counts, expires, refuses and hangs. */

import { Egress } from '@longshore/network/egress';
import { eventually, selfSigned } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../../testing/builders.js';
import { proxy } from '../../testing/proxy.js';
import { type Answer, answering, deadPort, receiver } from '../../testing/receiver.js';
import type { OAuth2Options } from './token-request.js';
import { TokenSources } from './tokens.js';

const SECRET = 's3cret/+&ä';
const BASIC = `Basic ${Buffer.from('my+client:s3cret%2F%2B%26%C3%A4').toString('base64')}`;

/** Gives `token-1`, `token-2` … which last for `seconds`. */
const giving =
  (seconds?: number): Answer =>
  (response, _, nth) =>
    response.end(JSON.stringify({ access_token: `token-${nth}`, token_type: 'Bearer', expires_in: seconds }));

function optionsFor(url: string, more: Partial<OAuth2Options> = {}): OAuth2Options {
  const client = { clientid: 'my client', clientsecret: SECRET, scopes: ['read', 'write'] };
  return { ...client, tokenurl: url, userAgent: 'longshore/0.0.0-test', ...more };
}

/** Sinks of one process. */
function aProcess(now?: () => number) {
  const tokens = new TokenSources(now);
  return (url: string, options: OAuth2Options) => {
    const authorization = tokens.open(options);
    onTestFinished(() => authorization.close());
    const sink = aSink({ url, authorization });
    return { ...sink, attempt: () => sink.send(aDelivery(), anAttempt()) };
  };
}

const sentTo = ({ requests }: { requests: { headers: { authorization?: string } }[] }) =>
  requests.map(({ headers }) => headers.authorization);

test('all deliveries and endpoints of a process use one token, for which there is one request', async () => {
  const issuer = await receiver(giving(3600));
  const target = await receiver(answering(200));
  const open = aProcess();
  const options = optionsFor(issuer.url, { audience: 'https://api.test' });
  const [one, two] = [open(target.url, options), open(target.url, options)];
  await Promise.all([one, two, one, two, one].map(({ attempt }) => attempt()));
  expect(sentTo(target)).toEqual(Array(5).fill('Bearer token-1'));
  expect(issuer.requests).toHaveLength(1);
  const [request] = issuer.requests;
  expect(request?.headers).toMatchObject({
    authorization: BASIC,
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'longshore/0.0.0-test',
  });
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    ...{ grant_type: 'client_credentials', scope: 'read write', audience: 'https://api.test' },
  });
  // another client has a token of its own; a sink that replaces another keeps the token
  await open(target.url, { ...options, clientid: 'other' }).attempt();
  await one.close();
  await open(target.url, options).attempt();
  expect(sentTo(target).slice(5)).toEqual(['Bearer token-2', 'Bearer token-1']);
});

test('a token is renewed at 80 % of its life, and meanwhile still used', async () => {
  let answer = () => {};
  const issuer = await receiver((response, request, nth) => {
    answer = () => giving(100)(response, request, nth);
    if (nth === 1) answer();
  });
  const target = await receiver(answering(200));
  let now = 0;
  const { attempt } = aProcess(() => now)(target.url, optionsFor(issuer.url));
  await attempt();
  now = 79_999;
  await attempt();
  expect(issuer.requests).toHaveLength(1);
  now = 80_000;
  await attempt();
  await eventually(
    () => issuer.requests.length,
    (asked) => asked === 2,
  );
  now = 99_999;
  await attempt();
  expect(sentTo(target)).toEqual(Array(4).fill('Bearer token-1'));
  answer();
  await eventually(
    async () => {
      await attempt();
      return sentTo(target).at(-1);
    },
    (last) => last === 'Bearer token-2',
  );
  expect(issuer.requests).toHaveLength(2);
});

test('a token that has ended is not sent', async () => {
  const issuer = await receiver(giving(100));
  const target = await receiver(answering(200));
  let now = 0;
  const { attempt } = aProcess(() => now)(target.url, optionsFor(issuer.url));
  await attempt();
  now = 100_000;
  await attempt();
  expect(sentTo(target)).toEqual(['Bearer token-1', 'Bearer token-2']);
});

test('after a 401 the request is sent once more, with a new token, for which all wait together', async () => {
  const issuer = await receiver(giving(3600));
  const target = await receiver((response, { headers }) => {
    response.writeHead(headers.authorization === 'Bearer token-1' ? 401 : 204).end();
  });
  const { attempt } = aProcess()(target.url, optionsFor(issuer.url));
  const results = await Promise.all([attempt(), attempt(), attempt()]);
  expect(results).toEqual(Array(3).fill(expect.objectContaining({ kind: 'delivered', status: 204 })));
  expect(issuer.requests).toHaveLength(2);
  expect(target.requests).toHaveLength(6);
  expect(new Set(target.requests.map(({ headers }) => headers['x-longshore-attempt']))).toEqual(
    new Set(['1']),
  );
});

test('a receiver that refuses every token is asked twice and no more', async () => {
  const issuer = await receiver(giving(3600));
  const target = await receiver(answering(401, `no: ${'token-2'} and Bearer token-1`));
  const { attempt } = aProcess()(target.url, optionsFor(issuer.url));
  const result = await attempt();
  expect(result).toMatchObject({ kind: 'retry', status: 401, reason: 'http_401' });
  expect(JSON.stringify(result)).not.toMatch(/Bearer token|s3cret/);
  expect([issuer.requests.length, target.requests.length]).toEqual([2, 2]);
});

test('a server that takes the client in the body gets it there, from then on at once', async () => {
  const issuer = await receiver((response, request, nth) => {
    if (request.headers.authorization) response.writeHead(401).end('{"error":"invalid_client"}');
    else giving(10)(response, request, nth);
  });
  const target = await receiver(answering(200));
  let now = 0;
  const { attempt } = aProcess(() => now)(target.url, optionsFor(issuer.url));
  await attempt();
  now += 10_001;
  await attempt();
  const bodies = issuer.requests.map(({ body }) => new URLSearchParams(body).get('client_secret'));
  expect(bodies).toEqual([null, SECRET, SECRET]);
  expect(sentTo(target)).toEqual(['Bearer token-2', 'Bearer token-3']);
});

test.each([
  [
    400,
    '{"error":"invalid_scope","error_description":"no such scope"}',
    'answered 400 (invalid_scope: no such scope)',
  ],
  [
    401,
    `{"error":"invalid_client","error_description":"not ${SECRET}"}`,
    'answered 401 (invalid_client: not ***)',
  ],
  [403, 'forbidden', 'answered 403'],
  [302, '', 'answered 302'],
  [200, '<html>', 'answered 200 without an access_token'],
  [200, '{"access_token":"a\\nb"}', 'answered 200 without an access_token'],
  [200, '{"access_token":"abc","token_type":"mac"}', 'gives tokens of another type'],
])(
  'a token endpoint that answers %i %s is a failure that names it, and the receiver is not asked',
  async (status, text, said) => {
    const issuer = await receiver(answering(status, text));
    const target = await receiver(answering(200));
    const result = await aProcess()(target.url, optionsFor(issuer.url)).attempt();
    expect(result).toMatchObject({ kind: 'retry', reason: 'token', detail: expect.stringContaining(said) });
    expect(JSON.stringify(result)).toContain(`the token endpoint ${new URL(issuer.url).host}`);
    expect(JSON.stringify(result)).not.toContain(SECRET);
    expect(target.requests).toEqual([]);
  },
);

test.each([
  ['answers 503', async () => (await receiver(answering(503))).url],
  ['answers 429', async () => (await receiver(answering(429, '', { 'retry-after': '7' }))).url],
  ['refuses connections', async () => `http://127.0.0.1:${await deadPort()}/token`],
  ['is not trusted', async () => (await receiver(giving(), selfSigned({ names: ['127.0.0.1'] }))).url],
])('a token endpoint that %s is trouble of our own: no attempt', async (_, start) => {
  const target = await receiver(answering(200));
  const before = Date.now();
  const result = await aProcess()(target.url, optionsFor(await start())).attempt();
  expect(result).toMatchObject({
    kind: 'deferred',
    ours: 'token',
    why: expect.stringContaining('is unavailable'),
  });
  const { until } = result as { until: number };
  expect(until).toBeGreaterThan(before);
  expect(target.requests).toEqual([]);
});

test('a token that lasts is used while no other can be had', async () => {
  const issuer = await receiver((response, request, nth) =>
    nth === 1 ? giving(3600)(response, request, nth) : response.writeHead(503).end(),
  );
  const target = await receiver((response, _, nth) => response.writeHead(nth === 2 ? 401 : 200).end());
  const { attempt } = aProcess()(target.url, optionsFor(issuer.url));
  await attempt();
  // the receiver refuses it, and there is no other: its answer stands
  expect(await attempt()).toMatchObject({ status: 401 });
  expect(await attempt()).toMatchObject({ kind: 'deferred', ours: 'token' });
});

test('a token endpoint that hangs holds up no shutdown', async () => {
  const issuer = await receiver(() => {});
  const target = await receiver(answering(200));
  const stop = new AbortController();
  const open = aProcess();
  const { send } = open(target.url, optionsFor(issuer.url));
  const attempt = send(aDelivery(), anAttempt({ signal: stop.signal }));
  await eventually(
    () => issuer.requests.length,
    (asked) => asked === 1,
  );
  stop.abort();
  expect(await attempt).toBe('aborted');
});

test('the token endpoint has its own authority, its own proxy, and the rules of egress', async () => {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const issuer = await receiver(giving(3600), certificate);
  const target = await receiver(answering(200));
  const through = await proxy();
  const options = optionsFor(issuer.url, { tls: { ca: certificate.cert }, proxy: through.url });
  expect(await aProcess()(target.url, options).attempt()).toMatchObject({ kind: 'delivered' });
  expect(through.asked).toMatchObject([{ line: `CONNECT ${new URL(issuer.url).host}` }]);

  const egress = new Egress({ mode: 'public', allow: [], deny: [] });
  const refused = await aProcess()(target.url, optionsFor(issuer.url, { egress })).attempt();
  expect(refused).toMatchObject({
    kind: 'retry',
    reason: 'egress',
    detail: expect.stringContaining('auth.oauth2.tokenurl leads to 127.0.0.1'),
  });
  expect(issuer.requests).toHaveLength(1);
});
