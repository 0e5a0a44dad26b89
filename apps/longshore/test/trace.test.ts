import { createHash } from 'node:crypto';
import { eventually, redisUrl, startReceiver, startRedis, testPrefix } from '@longshore/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { command } from './operator.js';
import {
  anEvent,
  envelope,
  type Relay,
  type Settings,
  startRelay,
  workFolder,
  writeConfig,
} from './relay.js';

vi.setConfig({ testTimeout: 120_000 });

// The times that a command prints are local ones.
beforeAll(() => void vi.stubEnv('TZ', 'UTC'));
afterAll(() => void vi.unstubAllEnvs());

/** A relay with these endpoints, and its trace. */
async function traced(endpoints: object[], more: Settings = {}) {
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis, ...more });
  const relay = await startRelay(file);
  const run = (...args: string[]) =>
    command(['trace', ...args, '--config', file], { LONGSHORE_CONFIG: file });
  return {
    relay,
    file,
    redis,
    run,
    /** What is printed, once it holds all of this. */
    shows: (search: string, ...texts: (string | RegExp)[]): Promise<string> =>
      eventually(
        async () => (await run(search)).stdout,
        (text) => texts.every((one) => (typeof one === 'string' ? text.includes(one) : one.test(text))),
        { timeout: 60_000, every: 200 },
      ),
  };
}

async function send(relay: Relay, more: Parameters<typeof anEvent>[0] = {}): Promise<string> {
  const event = anEvent(more);
  expect((await relay.post(envelope(event))).status).toBe(202);
  return String(event.id);
}

const fast = { backoff: '20ms', maxbackoff: '50ms' };
const STAMP = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

describe('trace of an event that is', () => {
  test('delivered: when, at which attempt, and what was answered', async () => {
    const receiver = await startReceiver((_, n) =>
      n === 1 ? { status: 503, body: 'not yet' } : { body: 'thank you' },
    );
    const { relay, shows } = await traced([{ name: 'one', url: receiver.url, ...fast }]);
    const id = await send(relay);
    const text = await shows(
      id,
      /one {2}delivered \d\d:\d\d:\d\d, at attempt 2/,
      'delivered at attempt 2: 200 OK',
    );
    expect(text).toMatch(new RegExp(`^push acme/app:1\\.0\nevent +${id}$`, 'm'));
    expect(text).toMatch(new RegExp(`^received +${STAMP} UTC \\((just now|\\d+[smh] ago)\\)$`, 'm'));
    expect(text).toMatch(/received from distribution at 127\.0\.0\.1: 1 delivery$/m);
    expect(text).toMatch(/attempt 1: 503 Service Unavailable, \d+ms; next (in \d+ms|now)$/m);
    expect(text).toContain('> not yet');
    expect(text).toContain('> thank you');
  });

  test('ignored: by which rule, of ingest and of the worker', async () => {
    const receiver = await startReceiver();
    const paused = { name: 'two', url: receiver.url, paused: true };
    const one = { name: 'one', url: receiver.url, ignore: { repositories: ['acme/**'] } };
    const { relay, shows, file, redis } = await traced([one, paused]);
    const id = await send(relay);
    await shows(
      id,
      'one  ignored by ignore.repositories',
      /two {2}queued; endpoint paused in the configuration/,
    );
    const endpoints = [one, { name: 'two', url: receiver.url, ignore: { tags: ['1.*'] } }];
    const folder = file.slice(0, file.lastIndexOf('/'));
    await writeConfig(folder, { notifications: { endpoints }, redis });
    await relay.waitFor('configuration reloaded');
    await shows(id, /two {2}ignored \d\d:\d\d:\d\d before the attempt by ignore\.tags/);
    expect(receiver.requests).toEqual([]);
  });

  test('retrying: what failed, and when the next attempt is', async () => {
    const receiver = await startReceiver({ status: 500, body: '<h1>Oops</h1>' });
    const { relay, shows } = await traced([{ name: 'one', url: receiver.url, schedule: ['2h'] }]);
    const id = await send(relay);
    await shows(
      id,
      /one {2}failed 1 time, next attempt .*\(in \d+[hm]( \d+m)?\)/,
      'answered 500 Internal Server Error',
      '> <h1>Oops</h1>',
    );
  });

  test('dead-lettered: since when and why, and the command that retries it', async () => {
    // A held endpoint would take it out of the dead-letter set again, as a probe.
    const one = { name: 'one', url: 'http://127.0.0.1:1/', threshold: 2, hold: false, ...fast };
    const { relay, shows, run, file } = await traced([one]);
    const id = await send(relay);
    const text = await shows(
      id,
      /one {2}dead-lettered .* after 2 attempts: connection refused/,
      'attempt 2 (last)',
    );
    const { stdout } = await run(id, '--json');
    const delivery = JSON.parse(stdout).trails[0].deliveries[0];
    expect(delivery).toMatchObject({
      endpoint: 'one',
      state: 'dead',
      attempts: 2,
      last: { reason: 'refused' },
    });
    expect(text).toContain(`longshore dead retry ${delivery.id}`);
    expect((await command(['dead', 'retry', delivery.id, '--config', file])).code).toBe(0);
    await shows(
      id,
      'retried from the dead-letter set by longshore dead retry',
      /one {2}dead-lettered/,
      /(attempt 2 \(last\).*){2}/s,
    );
  });

  test('quarantined: found by its id, and by what is in the body', async () => {
    const { relay, shows } = await traced([]);
    await relay.post(envelope({ id: 'odd-1', target: { repository: 'acme/odd' } }));
    const { quarantineId } = await relay.waitFor('event.quarantined');
    for (const search of [String(quarantineId), 'odd-1', 'acme/odd:1.0']) {
      await shows(search, `quarantine  ${quarantineId}`, 'action is missing', 'and quarantined');
    }
  });

  test('sent twice: both receipts, one delivery', async () => {
    const receiver = await startReceiver();
    const { relay, shows } = await traced([{ name: 'one', url: receiver.url }]);
    const event = anEvent();
    await relay.post(envelope(event));
    await receiver.received(1);
    await relay.post(envelope(event));
    const text = await shows(
      String(event.id),
      /received again from .*: 1 duplicate/,
      'delivered at attempt 1',
    );
    expect(text.match(/delivered at attempt 1/g)).toHaveLength(1);
  });

  test('unknown: exit code 1, what was searched, how far back, and what to try', async () => {
    const receiver = await startReceiver();
    const { relay, run, shows } = await traced([{ name: 'one', url: receiver.url }]);
    const empty = await run('acme/nothing:1.0');
    expect([empty.code, empty.stdout]).toEqual([1, '']);
    expect(empty.stderr).toContain('The history is empty.');
    await shows(await send(relay), 'delivered at attempt 1');
    const { code, stderr } = await run('acme/nothing:1.0');
    expect(code).toBe(1);
    expect(stderr).toMatch(/no events found for acme\/nothing:1\.0/);
    expect(stderr).toMatch(
      /Searched history, deliveries and quarantine by event id, tag 1\.0 of\s+acme\/nothing/,
    );
    expect(stderr).toMatch(new RegExp(`The history starts at ${STAMP}`));
    expect(stderr).toMatch(/longshore trace REPOSITORY/);
    const json = await run('acme/nothing:1.0', '--json');
    expect([json.code, JSON.parse(json.stdout).trails]).toEqual([1, []]);
  });
});

test('several events are a list, newest first, within 80 columns', async () => {
  const receiver = await startReceiver();
  const { relay, shows, run } = await traced([{ name: 'one', url: receiver.url }]);
  const repository = `acme/${'very-long-name-'.repeat(5)}app`;
  const ids = [];
  for (const tag of ['1', '2', '3']) {
    ids.push(await send(relay, { target: { repository, tag } }));
    await receiver.received(ids.length);
  }
  const text = await shows(
    `registry.example.com/${repository}`,
    '3 events, newest first',
    /(1 delivered.*){3}/s,
  );
  expect(ids.toSorted((a, b) => text.indexOf(b) - text.indexOf(a))).toEqual(ids);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const limited = await run(repository, '--limit', '2');
  expect(limited.stdout).toMatch(/^2 events, newest first; there are more/);
});

test('what a receiver answers cannot act on the terminal, and holds none of our secrets', async () => {
  const secret = createHash('sha256').update('secret').digest('hex');
  const receiver = await startReceiver((request) => ({
    status: 500,
    body: `\u001b[2J\u001b]0;x\u0007${request.headers.authorization}`,
  }));
  const headers = { Authorization: [`Bearer ${secret}`] };
  const one = { name: 'one', url: receiver.url, headers, schedule: ['2h'] };
  const { relay, shows, run } = await traced([one]);
  const id = await send(relay, { target: { repository: 'acme/\u001b[31mred' } });
  const text = await shows(id, '> ');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  expect(text + (await run(id, '--json')).stdout).not.toContain(secret);
});

test('a trail that lost entries says so', async () => {
  const redis = await startRedis({ maxmemory: '110mb' });
  const receiver = await startReceiver({ status: 500 });
  const one = { name: 'one', url: receiver.url, schedule: ['2h'] };
  const { relay, shows, run } = await traced([one], { redis: { url: redis.url } });
  await shows(await send(relay), 'failed 1 time');
  await redis.cli('SETRANGE', 'ballast', String(73 * 1024 * 1024), 'x');
  const lost = await eventually(
    async () => ({ id: await send(relay), record: relay.records.find(({ why }) => why === 'memory') }),
    ({ record }) => record !== undefined,
    { timeout: 60_000, every: 500 },
  );
  expect(lost.record?.msg).toMatch(/70 % of its maxmemory/);
  // How it stands is known all the same.
  const text = await shows(lost.id, /one {2}failed 1 time/, /Gap in the history: [\d,]+ entr(y|ies) from/);
  expect(text).toMatch(/Redis\s+used\s+more\s+than\s+70 %\s+of\s+its\s+maxmemory/);
  expect((await run('acme/nothing')).stderr).toMatch(/Gap in the history/);
  const metrics = await (await fetch(`${relay.admin}/metrics`)).text();
  expect(metrics).toMatch(/longshore_trail_entries_dropped_total\{reason="memory"\} [1-9]/);
});

test('wrong usage exits with 2, a relay that does not run with 1, and --help has examples', async () => {
  const folder = await workFolder();
  const file = await writeConfig(folder, {});
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await command(['trace', ...args]);
    return [code, stdout + stderr];
  };
  expect(await run()).toEqual([2, expect.stringContaining('missing required argument')]);
  expect(await run(' ')).toEqual([2, expect.stringContaining('It is empty')]);
  expect(await run('x', '--limit', '0')).toEqual([2, expect.stringContaining('from 1 to 100')]);
  expect(await run('x', '--config', `${folder}/none.yml`)).toEqual([2, expect.any(String)]);
  expect(await run('x', '--config', file)).toEqual([1, expect.stringContaining('longshore run --config')]);
  expect(await run('--help')).toEqual([0, expect.stringContaining('$ longshore trace acme/app:1.0')]);
});
