/** `longshore dead`, `pause` and `resume` beside a relay that runs. */
import { eventually, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { AT_LAST, metricsOf } from './control.js';
import { bury, command, jsonLines, looking } from './operator.js';
import {
  anEvent,
  envelope,
  idsOf,
  longshore,
  type Settings,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

const LONG_MS = 180_000;

/** For what the many need. */
const IN_THE_END = { timeout: 120_000 };

/** A configuration with an endpoint `one` on the shared Redis. */
async function configured(url: string, endpoint: object = {}, more: Settings = {}) {
  const prefix = testPrefix();
  const redis = { url: redisUrl(), prefix };
  const endpoints = [{ name: 'one', url, threshold: 1, timeout: '60s', ...endpoint }];
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis, ...more });
  return { file, prefix };
}

test.each(['dead', 'quarantine', 'pause', 'resume'])(
  '%s --help shows an example and exits with 0',
  async (name) => {
    const { code, stdout } = await command([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\\s+\\$ longshore ${name}`));
  },
);

test.each([
  [['dead']],
  [['dead', 'bury']],
  [['dead', 'show', 'not-an-id']],
  [['dead', 'retry', '--rate', 'fast']],
  [['dead', 'list', '--limit', '0']],
  [['quarantine', 'list', '--limit', 'all']],
  [['pause']],
])('wrong usage %j exits with 2', async (args) => {
  const { code, stderr } = await command(args);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/error: /)]);
});

test(
  'what cannot be understood exits with 2, what is not there with 1, and says why',
  async () => {
    const { file, prefix } = await configured('http://127.0.0.1:9/');
    await bury(prefix, 'one', 1);
    const run = async (...args: string[]) => {
      const { code, stderr } = await command([...args, '--config', file]);
      return [code, stderr];
    };
    expect(await run('dead', 'list', '--since', 'yesterday')).toEqual([
      2,
      expect.stringMatching(/since: "yesterday" is not a time/),
    ]);
    expect(await run('dead', 'list', '--rate', '5')).toEqual([
      2,
      expect.stringMatching(/--rate is an option of retry only/),
    ]);
    expect(await run('dead', 'drop')).toEqual([
      2,
      expect.stringMatching(/Delete 1 dead-lettered delivery\? .* add --yes/),
    ]);
    // What the API refuses without "all": true.
    expect(await run('dead', 'retry')).toEqual([
      2,
      expect.stringMatching(/Retry 1 dead-lettered delivery of all endpoints\? .* add --all or a filter/),
    ]);
    expect(jsonLines(await command(['dead', 'list', '--json', '--config', file]))).toHaveLength(1);
    expect(await run('dead', 'drop', '--all')).toEqual([
      2,
      expect.stringMatching(/--all is an option of retry only/),
    ]);
    expect(await run('dead', 'show')).toEqual([2, expect.stringMatching(/needs the id/)]);
    expect(await run('dead', 'show', '0'.repeat(32))).toEqual([
      1,
      expect.stringMatching(/no dead-lettered delivery/),
    ]);
    expect(await run('dead', 'retry', '--endpoint', 'ones')).toEqual([
      1,
      expect.stringMatching(/did you mean one\?/),
    ]);
    expect(await run('pause', 'ones')).toEqual([1, expect.stringMatching(/did you mean one\?/)]);
  },
  LONG_MS,
);

test('without a relay it says so and exits with 1', async () => {
  const file = await writeConfig(await workFolder(), {});
  const { code, stderr } = await command(['dead', 'list', '--config', file]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/no relay runs on/)]);
});

/** In any zone the same form, and --utc makes it UTC. */
async function expectZones(id: string, file: string): Promise<void> {
  const berlin = async (...more: string[]): Promise<string> => {
    const child = longshore(['dead', 'show', id, '--config', file, ...more], { TZ: 'Europe/Berlin' });
    await child.exited;
    return child.stdout;
  };
  const [local, utc] = await Promise.all([berlin(), berlin('--utc')]);
  const form = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d';
  expect(local).toMatch(new RegExp(`^dead-lettered +${form} \\+0[12]:00$`, 'm'));
  expect(utc).toMatch(new RegExp(`^dead-lettered +${form} UTC$`, 'm'));
  expect(`${local}${utc}`.split('Event (')[0]).not.toMatch(/\dT\d\d:/);
}

test(
  'with the embedded Redis and no dashboard: list, show, retry, drop, and the relay records each',
  async () => {
    let answer = { status: 500, body: 'the database is away' };
    const receiver = await startReceiver(() => answer);
    const endpoints = [{ name: 'one', url: receiver.url, threshold: 1, timeout: '60s' }];
    const notifications = { endpoints };
    const file = await writeConfig(await workFolder(), { notifications });
    const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
    const events = [anEvent(), anEvent({ target: { repository: 'sandbox/try' } })];
    for (const event of events) {
      await relay.post(envelope(event));
      await relay.waitFor(({ outcome, eventId }) => outcome === 'dead' && eventId === event.id);
      await metricsOf(relay, 'one'); // dead in Redis too
    }

    const listed = await command(['dead', 'list', '--config', file]);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(
      /^ID +DEAD-LETTERED +ENDPOINT +TRIED +REASON +EVENT\n[0-9a-f]{12} .* one +1 +http_500 +push sandbox\/try:1\.0\n[\s\S]*acme\/app:1\.0\n2 dead-lettered deliveries\n$/,
    );
    const counted = await command(['dead', 'list', '--count', '--config', file]);
    expect(counted.stdout).toMatch(
      /^DEAD +NEWEST +ENDPOINT.*\n +2 .* one +http_500 .*\n2 dead-lettered deliveries\n$/,
    );
    const [sandbox, app] = jsonLines(await command(['dead', 'list', '--json', '--config', file]));
    expect([sandbox.event.id, app.event.id]).toEqual([events[1]?.id, events[0]?.id]);

    const byPrefix = await command(['dead', 'show', app.id.slice(0, 12), '--json', '--config', file]);
    expect(jsonLines(byPrefix)[0].id).toBe(app.id);
    expect(await command(['dead', 'show', 'ffff0000', '--config', file])).toMatchObject({ code: 1 });

    await expectZones(app.id, file);

    const shown = await command(['dead', 'show', app.id, '--config', file]);
    expect(shown.stdout).toMatch(/^reason +http_500$/m);
    expect(shown.stdout).toContain('the database is away');
    expect(shown.stdout).toContain(`"id": "${events[0]?.id}"`);
    const [asJson] = jsonLines(await command(['dead', 'show', app.id, '--json', '--config', file]));
    expect(asJson).toMatchObject({
      id: app.id,
      payload: { id: events[0]?.id },
      last: { body: 'the database is away' },
    });

    answer = { status: 200, body: '' };
    const retried = await command(['dead', 'retry', '--repository', 'acme/**', '--config', file]);
    expect(retried).toMatchObject({ code: 0, stdout: '1 retried, to the end of its queue\n', stderr: '' });
    const again = await receiver.received(3, AT_LAST);
    await metricsOf(relay, 'one');
    expect(again[2]?.headers).toMatchObject({ 'x-longshore-attempt': '1', 'idempotency-key': app.id });
    await relay.waitFor(({ record, deliveryId }) => record === 'delivery.replayed' && deliveryId === app.id);
    const twice = await command(['dead', 'retry', app.id, '--config', file]);
    expect(twice).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 retried, 1 skipped/) });

    expect((await command(['dead', 'drop', '--yes', '--json', '--config', file])).stdout).toBe(
      '{"dropped":1,"skipped":0,"left":0,"stopped":false}\n',
    );
    const dropped = await relay.waitFor(({ outcome }) => outcome === 'dropped');
    const settled = { record: 'delivery.settled', deliveryId: sandbox.id, eventId: events[1]?.id };
    const detail = 'dropped from the dead-letter set by longshore dead drop';
    expect(dropped).toMatchObject({ ...settled, reason: 'http_500', attempts: 1, detail });
    const metrics = await (await fetch(`${relay.admin}/metrics`)).text();
    expect(metrics).toContain('longshore_deliveries_settled_total{endpoint="one",outcome="dropped"} 1');
    expect(metrics).toContain('longshore_deliveries_replayed_total{endpoint="one"} 1');
    expect((await command(['dead', 'list', '--config', file])).stdout).toBe(
      'No dead-lettered deliveries match.\n',
    );
    // What is noted in the trail is written a moment later.
    const trace = () => command(['trace', app.id, '--config', file]);
    await eventually(trace, ({ stdout }) => stdout.includes('longshore dead retry'), AT_LAST);
  },
  LONG_MS,
);

test(
  'a paused endpoint gets nothing from any worker, over restarts, until it is resumed',
  async () => {
    const receiver = await startReceiver();
    const { file } = await configured(receiver.url);
    const relay = await startRelay(file);
    const paused = await command(['pause', 'one', '--reason', 'moves tonight', '--config', file]);
    expect(paused).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^one is paused since .* \(moves tonight\)/),
    });
    await relay.post(envelope(anEvent(), anEvent()));
    await relay.stop();
    const later = await startRelay(file);
    const shown = await (await fetch(`${later.dashboard}/api/v1/endpoints/one`)).json();
    expect(shown).toMatchObject({
      waiting: 2,
      state: { name: 'paused' },
      pause: { by: 'longshore pause', reason: 'moves tonight' },
    });
    expect(receiver.requests).toEqual([]);
    expect((await command(['resume', 'one', '--config', file])).stdout).toMatch(/^one is resumed/);
    await receiver.received(2, AT_LAST);
  },
  LONG_MS,
);

test(
  'a reason of somebody else cannot act on the terminal',
  async () => {
    const { file } = await configured('http://127.0.0.1:9/');
    const paused = await command(['pause', 'one', '--reason', 'red \u001b[31m', '--config', file]);
    expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining('(red \\u001b[31m)') });
  },
  LONG_MS,
);

test(
  'resume says what the configuration holds all the same',
  async () => {
    const { file, prefix } = await configured('http://127.0.0.1:9/', { paused: true });
    await bury(prefix, 'one', 1);
    const resumed = await command(['resume', 'one', '--config', file]);
    expect(resumed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^one is no longer paused by an operator; 0 deliveries queued/),
      stderr: expect.stringContaining('one is still paused in the configuration'),
    });
    const retried = await command(['dead', 'retry', '--all', '--config', file]);
    expect(retried).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('one: paused in the configuration'),
    });
  },
  LONG_MS,
);

// More than is read in one step, and more than a queue may hold before a retry waits for it.
describe('2,000 dead', () => {
  const COUNT = 2_000;

  test(
    'are retried while events flow: each arrives once, and nothing is lost',
    async () => {
      const receiver = await startReceiver();
      const { file, prefix } = await configured(receiver.url, { concurrency: 100 });
      const buried = await bury(prefix, 'one', COUNT);
      const relay = await startRelayProcess(file);
      const fresh: string[] = [];
      const retrying = longshore(['dead', 'retry', '--all', '--rate', '0', '--json', '--config', file]);
      let done = false;
      void retrying.exited.then(() => {
        done = true;
      });
      while (!done) {
        const event = anEvent();
        expect((await relay.post(envelope(event))).status).toBe(202);
        fresh.push(String(event.id));
      }
      const [report] = jsonLines(retrying);
      expect(report).toEqual({ retried: COUNT, skipped: 0, left: 0, stopped: false });
      const wanted = [...buried.map(({ eventId }) => eventId), ...fresh].toSorted();
      await eventually(() => receiver.requests.length >= wanted.length, undefined, IN_THE_END);
      expect(idsOf(receiver.requests).toSorted()).toEqual(wanted);
      expect(fresh.length).toBeGreaterThan(10);
      const { inspector } = await looking(prefix);
      await eventually(
        () => inspector.counts('one'),
        ({ waiting, active, delayed, dead }) => waiting + active + delayed + dead === 0,
        AT_LAST,
      );
    },
    2 * LONG_MS,
  );

  test(
    'stopped by Ctrl-C, killed, and by two at once: the same command continues, and each arrives once',
    async () => {
      const receiver = await startReceiver();
      const { file, prefix } = await configured(receiver.url, { concurrency: 100 });
      const buried = await bury(prefix, 'one', COUNT);
      const { inspector } = await looking(prefix);
      const left = async () => (await inspector.counts('one')).dead;
      await startRelayProcess(file);

      const first = longshore(['dead', 'retry', '--all', '--rate', '500', '--json', '--config', file]);
      await eventually(left, (dead) => dead < COUNT - 200, IN_THE_END);
      first.kill('SIGINT');
      expect((await first.exited).code).toBe(1);
      const report = JSON.parse(first.stdout);
      expect(report).toMatchObject({ stopped: true, skipped: 0 });
      expect(report.retried + report.left).toBe(COUNT);
      expect(await left()).toBe(report.left);

      const second = longshore(['dead', 'retry', '--all', '--rate', '500', '--config', file]);
      await eventually(left, (dead) => dead < report.left - 200, IN_THE_END);
      second.kill('SIGKILL');
      await second.exited;

      const both = await Promise.all(
        [1, 2].map(
          () => longshore(['dead', 'retry', '--all', '--rate', '0', '--json', '--config', file]).exited,
        ),
      );
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      expect(await left()).toBe(0);
      await eventually(() => receiver.requests.length >= COUNT, undefined, IN_THE_END);
      expect(idsOf(receiver.requests).toSorted()).toEqual(buried.map(({ eventId }) => eventId).toSorted());
    },
    2 * LONG_MS,
  );
});
