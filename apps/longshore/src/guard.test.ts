/** What each listener refuses before anything else, request by request, as bytes: no client would send some of them. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ListenerName, Refusal } from './guard.js';
import { type ListenOptions, listen } from './listen.js';

interface Settings extends Partial<ListenOptions> {
  name?: ListenerName;
  host?: string;
}

/** A listener that answers 200 to what it passes on. */
async function guarded({ name = 'ingest', host = '127.0.0.1', ...options }: Settings = {}) {
  const refused: Refusal[] = [];
  const { url, close } = await listen(name, { host, port: 0 }, (_, response) => response.end('passed'), {
    hasSecret: () => false,
    hosts: () => [],
    onRefused: (refusal) => void refused.push(refusal),
    onDropped() {},
    ...options,
  });
  onTestFinished(() => close(0));
  const { port } = new URL(url);
  /** @param head request line and header lines; HOST stands for the listener's own */
  const ask = async (...head: string[]) => {
    const socket = connect(Number(port), host === '0.0.0.0' ? '127.0.0.1' : host);
    const lines = head.map((line) => line.replace('HOST', new URL(url).host));
    socket.write([...lines, 'Connection: close', 'Content-Length: 0', '', ''].join('\r\n'));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await once(socket, 'close');
    const [top = '', body = ''] = text.split('\r\n\r\n');
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(top)?.[1]), body, top };
  };
  return { ask, refused, url };
}

const POST = 'POST /registry/notifications HTTP/1.1';
const GET = 'GET / HTTP/1.1';

describe('Host, on loopback without a secret', () => {
  test.each([
    'localhost',
    'localhost:5080',
    'LocalHost:1',
    'localhost.',
    'localhost.:5080',
    '127.0.0.1',
    '127.0.0.1:5080',
    '127.255.255.254',
    '127.0.0.1:',
    '[::1]',
    '[::1]:5080',
    '[0:0:0:0:0:0:0:1]',
    'host.docker.internal:5080',
    'Host.Containers.Internal',
    'relay.example.com',
    'RELAY.example.com.:443',
    '[fd00::1]:80',
    '[FD00:0::1]',
  ])('%s is a name of this machine, or of the setting', async (host) => {
    const { ask, refused } = await guarded({ hosts: () => ['relay.example.com', '[fd00::1]'] });
    expect((await ask(POST, `Host: ${host}`)).status).toBe(200);
    expect(refused).toEqual([]);
  });

  test.each([
    'evil.example',
    'evil.example:5080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example.relay.example.com',
    'relay.example.com.evil.example',
    'evilrelay.example.com',
    'localhost..',
    'registry.localhost',
    '0.0.0.0:5080',
    '[::]',
    '[::2]',
    '[::ffff:127.0.0.1]',
    '10.0.0.1',
    '128.0.0.1',
    '127.1',
    '127.0.0.01',
    '2130706433',
    '0x7f000001',
    'a@127.0.0.1',
    'evil.example@localhost',
    'localhost/',
    'localhost#evil.example',
    'localhost?',
    'localhost, evil.example',
    'localhost evil.example',
    'localhost:80:80',
    'localhost:port',
    '::1',
    '[::1',
    '[::1]evil',
    '[localhost]',
    '127.0.0.1\\evil.example',
    'lоcalhost',
    '',
  ])('%s is not, and is answered 421 with the setting', async (host) => {
    const { ask, refused } = await guarded({ hosts: () => ['relay.example.com'] });
    const { status, body } = await ask(POST, `Host: ${host}`);
    expect(status).toBe(421);
    expect(JSON.parse(body)).toEqual({
      error: 'REQUEST_HOST',
      message: expect.stringContaining('ingest.hosts'),
    });
    expect(refused).toMatchObject([{ status: 421, code: 'REQUEST_HOST' }]);
  });

  test.each(['ingest', 'dashboard', 'admin'] as const)(
    'the answer of %s names its own setting',
    async (name) => {
      const { ask } = await guarded({ name });
      expect((await ask(GET, 'Host: evil.example')).body).toContain(`${name}.hosts`);
    },
  );

  test('a long or hostile name is repeated bounded and harmless', async () => {
    const { ask, refused } = await guarded();
    const { body } = await ask(POST, `Host: ${'\u009b'.repeat(100)}${'x'.repeat(8_000)}`);
    expect(body.length).toBeLessThan(700);
    expect(refused[0]?.message).not.toMatch(/\p{Cc}/u);
    expect(refused[0]?.message.length).toBeLessThan(500);
  });

  test('two Host lines, and none in HTTP/1.1, are answered 400', async () => {
    const { ask } = await guarded();
    expect((await ask(POST, 'Host: localhost', 'Host: evil.example')).status).toBe(400);
    expect((await ask(POST, 'Host: localhost', 'Host: localhost')).status).toBe(400);
    expect((await ask(POST)).status).toBe(400);
  });

  test('a probe in HTTP/1.0, which needs no Host, is answered; one with another Host is not', async () => {
    const { ask } = await guarded();
    expect((await ask('GET /health HTTP/1.0')).status).toBe(200);
    expect((await ask('GET /health HTTP/1.0', 'Host: evil.example')).status).toBe(421);
    expect((await ask('GET /health HTTP/1.0', 'Origin: http://evil.example')).status).toBe(403);
  });

  test('of a target in absolute form both its host and Host count', async () => {
    const { ask } = await guarded();
    const target = (host: string) => `POST http://${host}/registry/notifications HTTP/1.1`;
    expect((await ask(target('localhost:5080'), 'Host: localhost:5080')).status).toBe(200);
    expect((await ask(target('evil.example'), 'Host: localhost')).status).toBe(421);
    expect((await ask(target('localhost'), 'Host: evil.example')).status).toBe(421);
    expect((await ask(target('evil.example@localhost'), 'Host: localhost')).status).toBe(421);
    expect((await ask('POST evil.example/x HTTP/1.1', 'Host: localhost')).status).toBe(400);
    expect((await ask('OPTIONS * HTTP/1.1', 'Host: localhost')).status).toBe(200);
  });

  test('the setting and the secret are those of the moment', async () => {
    let hosts: string[] = [];
    let secret = false;
    const { ask } = await guarded({ hosts: () => hosts, hasSecret: () => secret });
    const status = async () => (await ask(POST, 'Host: relay.example.com')).status;
    expect(await status()).toBe(421);
    hosts = ['relay.example.com'];
    expect(await status()).toBe(200);
    hosts = [];
    secret = true;
    expect(await status()).toBe(200);
  });
});

test('behind a secret, and where others can connect, any Host is answered', async () => {
  const secret = await guarded({ hasSecret: () => true });
  expect((await secret.ask(POST, 'Host: relay.example.com')).status).toBe(200);
  const open = await guarded({ host: '0.0.0.0' });
  expect((await open.ask(POST, 'Host: relay.example.com')).status).toBe(200);
});

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test.runIf(hasIPv6)('IPv6 loopback is guarded as well', async () => {
  for (const host of ['::1', '::ffff:127.0.0.1']) {
    const { ask } = await guarded({ host });
    expect((await ask(POST, 'Host: evil.example')).status).toBe(421);
    expect((await ask(POST, 'Host: [::1]')).status).toBe(200);
  }
});

const SITES = [
  ['Sec-Fetch-Site: cross-site'],
  ['Sec-Fetch-Site: same-site'],
  ['Sec-Fetch-Site: same-origin, cross-site'],
  ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'],
  ['Sec-Fetch-Site: '],
  ['Origin: https://evil.example'],
  ['Origin: null'],
  ['Origin: '],
  ['Origin: http://127.0.0.1:1'],
  ['Origin: http://localhost'],
  ['Origin: file://'],
  ['Origin: chrome-extension://abcdefghijklmnop'],
  ['Origin: http://HOST.evil.example'],
  ['Origin: http://evil.example@HOST'].map((line) => line.replace('HOST', 'evil.example:80')),
  ['Origin: http://HOST', 'Sec-Fetch-Site: cross-site'],
  ['Origin: http://HOST', 'Sec-Fetch-Site: same-site'],
  ['Origin: http://HOST', 'Origin: http://evil.example'],
  ['Origin: https://evil.example', 'Sec-Fetch-Site: same-origin'],
];

describe.each(['ingest', 'dashboard', 'admin'] as const)('a request of another site to %s', (name) => {
  test.each(SITES)('%s %s', async (...headers) => {
    for (const hasSecret of [false, true]) {
      const settings = { name, hasSecret: () => hasSecret, hasPages: name === 'dashboard' };
      const { ask, refused } = await guarded(settings);
      for (const method of ['POST', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
        const { status } = await ask(`${method} / HTTP/1.1`, 'Host: HOST', ...headers.filter(Boolean));
        expect([method, status]).toEqual([method, 403]);
      }
      expect(refused).toHaveLength(6);
      for (const { code, message } of refused)
        expect([code, message]).toEqual(['REQUEST_REFUSED', expect.stringContaining(`${name}.hosts`)]);
    }
  });
});

describe('what is no request of another site', () => {
  test.each([
    ['a sender, which tells nothing', POST, []],
    ['its own page', POST, ['Origin: http://HOST', 'Sec-Fetch-Site: same-origin']],
    ['its own page in an older browser', POST, ['Origin: http://HOST']],
    ['its own page behind TLS', POST, ['Origin: https://HOST']],
    ['a change without an origin, of its own page', POST, ['Sec-Fetch-Site: same-origin']],
    [
      'the handshake of CloudEvents',
      'OPTIONS /sources/x HTTP/1.1',
      ['WebHook-Request-Origin: eventgrid.azure.net'],
    ],
    ['an address that was typed', GET, ['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate']],
    [
      'a link on another site that a person follows',
      GET,
      [
        'Sec-Fetch-Site: cross-site',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: document',
        'Sec-Fetch-User: ?1',
      ],
    ],
  ])('%s', async (_, line, headers) => {
    const { ask } = await guarded({ name: 'dashboard', hasPages: true });
    expect((await ask(line, 'Host: HOST', ...headers)).status).toBe(200);
  });

  test('only a page of its own that a link opens is one that a person follows', async () => {
    const { ask } = await guarded({ name: 'dashboard', hasPages: true });
    const headers = ['Host: HOST', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate'];
    expect((await ask(GET, ...headers, 'Sec-Fetch-Dest: iframe')).status).toBe(403);
    expect((await ask(GET, ...headers, 'Sec-Fetch-Dest: object')).status).toBe(403);
    expect((await ask(POST, ...headers, 'Sec-Fetch-Dest: document')).status).toBe(403);
  });

  test('what no page sent may be looked at, and changes the dashboard only from its pages', async () => {
    const dashboard = await guarded({ name: 'dashboard', hasPages: true });
    expect((await dashboard.ask(POST, 'Host: HOST', 'Sec-Fetch-Site: none')).status).toBe(403);
    const ingest = await guarded();
    expect((await ingest.ask(POST, 'Host: HOST', 'Sec-Fetch-Site: none')).status).toBe(200);
  });

  test('behind a proxy that changes Host the setting has the name that people use', async () => {
    const { ask } = await guarded({
      name: 'dashboard',
      hasPages: true,
      hosts: () => ['dashboard.example.com'],
    });
    const origin = 'Origin: https://dashboard.example.com';
    expect((await ask(POST, 'Host: HOST', origin, 'Sec-Fetch-Site: same-origin')).status).toBe(200);
    expect((await ask(POST, 'Host: dashboard.example.com', origin)).status).toBe(200);
    expect((await ask(POST, 'Host: HOST', origin, 'Sec-Fetch-Site: same-site')).status).toBe(403);
    expect((await ask(POST, 'Host: HOST', 'Origin: https://evil.example.com')).status).toBe(403);
  });
});

test('a person reads words, a program reads JSON, and neither is to be stored or run', async () => {
  const { ask } = await guarded({ name: 'dashboard' });
  const person = await ask(GET, 'Host: evil.example', 'Accept: text/html,*/*');
  expect(person.top).toMatch(/content-type: text\/plain/i);
  expect(person.top).toMatch(/x-content-type-options: nosniff/i);
  expect(person.body).toMatch(/^the request was sent to evil\.example/);
  expect((await ask(GET, 'Host: evil.example')).top).toMatch(/content-type: application\/json/i);
});
