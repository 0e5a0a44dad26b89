/** Guesses at secrets over real connections. Times are lower bounds: no test judges how fast this machine is. */
import { EventEmitter, once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createObserver } from '@longshore/observe';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSignIns, FREE_FAILURES, type SignIns } from './sign-ins.js';

const RIGHT = { authorization: 'right' };
const HOLD_BACK_MS = 100;

const quiet = { signInFailed() {}, throttledLog: () => ({ debug() {}, info() {}, warn() {}, error() {} }) };

/** A listener that lets `right` in, over the sign-ins of a dashboard or of ingest. */
async function guessable(listener: 'ingest' | 'dashboard' = 'dashboard', holdBackMs = HOLD_BACK_MS) {
  const lines: Record<string, unknown>[] = [];
  const observer = createObserver({
    level: 'info',
    pretty: false,
    version: '0',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const signIns = createSignIns({ listener, observer, holdBackMs });
  const server = createServer(async (request, response) => {
    response.statusCode = await (listener === 'dashboard' ? gated : counted)(request, signIns);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  /** @param from the client's address */
  const ask = async (headers: Record<string, string> = {}, from = '127.0.0.1'): Promise<number> => {
    const asking = httpRequest({ host: '127.0.0.1', port, localAddress: from, headers, agent: false }).end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode ?? 0;
  };
  const fail = async (times: number, from?: string) => {
    for (let n = 0; n < times; n++) expect(await ask({}, from)).toBe(401);
  };
  return { ask, fail, lines, observer };
}

async function gated(request: IncomingMessage, signIns: SignIns): Promise<number> {
  const attempt = await signIns.begin(request);
  if (!attempt) return 429;
  if (request.headers.authorization === 'right') {
    attempt.passed();
    return 200;
  }
  await attempt.failed();
  return 401;
}

async function counted(request: IncomingMessage, signIns: SignIns): Promise<number> {
  if (request.headers.authorization === 'right') return 200;
  await signIns.failed(request);
  return 401;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe.each(['ingest', 'dashboard'] as const)('at %s', (listener) => {
  test('after ten failures of an address each further one is held back, and the right secret never', async () => {
    const { ask, fail, lines, observer } = await guessable(listener, 1_000);
    await fail(FREE_FAILURES);
    expect(await ask(RIGHT)).toBe(200);
    expect(await timed(() => fail(1))).toBeGreaterThanOrEqual(990);
    expect(await ask(RIGHT)).toBe(200);
    // Another address has failures of its own.
    await fail(1, '127.0.0.9');
    await observer.flush();
    expect(lines.at(-1)).toMatchObject({ client: '127.0.0.9', failures: 1, slowed: false });
  });

  test('each is counted, and the log says which address, at most once in a minute', async () => {
    const { fail, lines, observer } = await guessable(listener, 1);
    await fail(FREE_FAILURES + 5);
    const { body } = await observer.metrics();
    expect(body).toContain(`longshore_signin_failures_total{listener="${listener}"} 15`);
    expect(lines).toMatchObject([{ level: 'warn', listener, client: '127.0.0.1', msg: 'sign-in failed' }]);
    await observer.flush();
    expect(lines).toMatchObject([{}, { failures: 15, slowed: true, leftOut: 13 }]);
  });
});

test('guesses at the same time are looked at one after the other', async () => {
  const { ask, fail } = await guessable();
  await fail(FREE_FAILURES);
  const ms = await timed(() => Promise.all(Array.from({ length: 6 }, () => ask())));
  expect(ms).toBeGreaterThanOrEqual(6 * HOLD_BACK_MS - 10);
});

test('a burst from an address that has not failed yet gains no more than the ten', async () => {
  const { ask } = await guessable();
  const ms = await timed(() => Promise.all(Array.from({ length: FREE_FAILURES + 5 }, () => ask())));
  expect(ms).toBeGreaterThanOrEqual(5 * HOLD_BACK_MS - 10);
});

describe('attempts that wait', () => {
  const request = (socket = Object.assign(new EventEmitter(), { remoteAddress: '10.0.0.1' })) =>
    ({ socket }) as unknown as IncomingMessage;

  /** Ten have failed, and one more is being looked at. */
  async function slowed() {
    const signIns = createSignIns({ listener: 'dashboard', observer: quiet, holdBackMs: 1 });
    for (let n = 0; n < FREE_FAILURES; n++) await (await signIns.begin(request()))?.failed();
    const first = await signIns.begin(request());
    if (!first) throw new Error('it was not let in');
    return { signIns, first };
  }

  test('the newest comes first, and none goes before the one that is looked at has been held back', async () => {
    const { signIns, first } = await slowed();
    const waiting = [1, 2, 3].map(async (n) => ({ n, attempt: await signIns.begin(request()) }));
    const order: number[] = [];
    for (const one of waiting) void one.then(({ n }) => order.push(n));
    expect(await Promise.race([...waiting, Promise.resolve('none')])).toBe('none');
    await first.failed();
    const third = await Promise.race(waiting);
    third.attempt?.passed();
    await Promise.all(waiting.slice(1));
    expect(order).toEqual([3, 2]);
  });

  test('the oldest is refused when too many wait', async () => {
    const { signIns } = await slowed();
    const waiting = Array.from({ length: 32 }, () => signIns.begin(request()));
    expect(await Promise.race([...waiting, Promise.resolve('none')])).toBe('none');
    void signIns.begin(request());
    expect(await waiting[0]).toBeUndefined();
    expect(await Promise.race([...waiting.slice(1), Promise.resolve('none')])).toBe('none');
  });

  test('one whose connection ends waits no longer', async () => {
    const { signIns, first } = await slowed();
    const waits = signIns.begin(request());
    const given = request();
    const gone = signIns.begin(given);
    given.socket.emit('close');
    expect(await gone).toBeUndefined();
    first.passed();
    expect(await waits).toBeDefined();
  });

  test('a connection that has shown the right secret does not wait, until it shows a wrong one', async () => {
    const { signIns, first } = await slowed();
    const trusted = request();
    const attempt = signIns.begin(trusted);
    first.passed();
    (await attempt)?.passed();
    void (await signIns.begin(request()));
    expect(await Promise.race([signIns.begin(trusted), Promise.resolve('waits')])).not.toBe('waits');
    await (await signIns.begin(trusted))?.failed();
    const again = signIns.begin(trusted);
    await new Promise(setImmediate);
    expect(await Promise.race([again, Promise.resolve('waits')])).toBe('waits');
  });
});

test('so many addresses are remembered, and no more', async () => {
  const signIns = createSignIns({ listener: 'ingest', observer: quiet, holdBackMs: 600_000 });
  const from = (remoteAddress: string) => ({ socket: { remoteAddress } }) as unknown as IncomingMessage;
  // Of one IPv6 network all addresses are one client: the eleventh would be held back for ten minutes.
  for (let n = 0; n < FREE_FAILURES; n++) await signIns.failed(from(`2001:db8:0:1::${n.toString(16)}`));
  const held = signIns.failed(from('2001:db8:0:1:ffff::1'));
  expect(await Promise.race([held, Promise.resolve('held')])).toBe('held');
  // After ten thousand others it is forgotten.
  for (let n = 0; n < 10_000; n++) await signIns.failed(from(`2001:db8:1:${n.toString(16)}::1`));
  await signIns.failed(from('2001:db8:0:1::1'));
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:a:b:1:2:3:4', '2001:db8:a:b::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001::5:6:7:8:9', '2001:0:0:5::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is the client %s', async (remoteAddress, client) => {
  const logged: object[] = [];
  const throttledLog = () => ({
    ...quiet.throttledLog(),
    warn: (fields: object) => void logged.push(fields),
  });
  const signIns = createSignIns({ listener: 'ingest', observer: { ...quiet, throttledLog }, holdBackMs: 1 });
  await signIns.failed({ socket: { remoteAddress } } as unknown as IncomingMessage);
  expect(logged).toMatchObject([{ client }]);
});
