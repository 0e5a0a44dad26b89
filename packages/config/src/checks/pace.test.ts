/** Pace, order and hold of an endpoint: what is read, what is refused, and how it is described. */
import { describe, expect, test } from 'vitest';
import { alertEndpoints } from '../alert-endpoint.js';
import { describe as describeConfig } from '../describe.js';
import { configFrom } from '../read.js';
import { checkTrap, file, KEY, type Trap } from '../samples/trap.js';

const read = (settings: string, env = {}) => {
  const { config, problems } = configFrom(Buffer.from(file(settings)), env);
  const endpoint = config?.notifications.endpoints[0];
  if (endpoint === undefined) throw new Error(JSON.stringify(problems));
  return endpoint;
};
const refused = (settings: string) =>
  configFrom(Buffer.from(file(settings)), {}).problems.map(
    ({ level, path, message }) => `${level} ${path.replace(`${KEY}.`, '')}: ${message}`,
  );

const HOLD = { after: 3, probe: 1_000, maxprobe: 60_000, for: 259_200_000, revive: true };

test('the defaults are those of the contract', () => {
  const { hold, rate, order, batch, latest } = read('');
  expect({ hold, rate, order, batch, latest }).toEqual({
    hold: HOLD,
    rate: undefined,
    order: 'none',
    batch: undefined,
    latest: 'none',
  });
});

test('the block of the contract is read as it is', () => {
  const endpoint = read(
    'hold: { after: 5, probe: 2s, maxprobe: 5m, for: 24h, revive: false }, rate: 30/m, order: endpoint, batch: { events: 10, wait: 1s, bytes: 64KiB }, latest: tag',
  );
  expect(endpoint).toMatchObject({
    hold: { after: 5, probe: 2_000, maxprobe: 300_000, for: 86_400_000, revive: false },
    rate: { count: 30, perMs: 60_000 },
    order: 'endpoint',
    batch: { events: 10, wait: 1_000, bytes: 65_536 },
    latest: 'tag',
  });
});

test('hold: false disables it, a key of it does not, and an empty batch has its defaults', () => {
  expect(read('hold: false').hold).toBeUndefined();
  expect(read('hold: { enabled: false, after: 5 }').hold).toBeUndefined();
  expect(read('hold: { after: 1 }').hold).toEqual({ ...HOLD, after: 1 });
  expect(read('batch: {}').batch).toEqual({ events: 100, wait: 200, bytes: 1_048_576 });
});

test('variables override each of them', () => {
  const variable = (name: string, text: string) =>
    read('hold: { probe: 5s }', { [`LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_${name}`]: text });
  expect(variable('HOLD', 'false').hold).toBeUndefined();
  expect(variable('HOLD_AFTER', '7').hold).toEqual({ ...HOLD, probe: 5_000, after: 7 });
  expect(variable('RATE', '5/h').rate).toEqual({ count: 5, perMs: 3_600_000 });
  expect(variable('BATCH_EVENTS', '7').batch).toMatchObject({ events: 7, wait: 200 });
  expect(variable('ORDER', 'repository').order).toBe('repository');
  expect(variable('LATEST', 'tag').latest).toBe('tag');
});

test('a receiver of alerts is never held', () => {
  const { config } = configFrom(Buffer.from('alerts: [{ name: a, url: http://a/ }]'), {});
  expect(config && alertEndpoints(config).map(({ hold }) => hold)).toEqual([undefined]);
});

describe('what is refused', () => {
  test.each([
    ['rate: 50', 'error rate: is not a rate; write a number for each second, minute or hour'],
    ['rate: 1.5/s', 'error rate: is not a rate'],
    ['rate: 50/d', 'error rate: is not a rate'],
    ['rate: 0/s', 'error rate: is 0; it must be at least 1'],
    ['rate: 2000000/s', 'error rate: is more than the maximum, 1000000/s'],
    ['order: repo', 'error order: is "repo"; it must be none or repository or endpoint. Did you mean rep'],
    ['latest: true', 'error latest: is "true"; it must be none or tag'],
    ['hold: { after: 0 }', 'error hold.after: is 0; it must be at least 1'],
    ['hold: { for: 0s }', 'error hold.for: is 0s; it must be at least 1s'],
    ['hold: { prob: 1s }', 'error hold.prob: unknown key "prob". Did you mean "probe"?'],
    ['hold: 5', 'error hold.enabled: must be true or false'],
    ['batch: { events: 0 }', 'error batch.events: is 0; it must be at least 1'],
    ['batch: { events: 1001 }', 'error batch.events: is 1001; it must be at most 1000'],
    ['batch: 100', 'error batch: must be a map of settings'],
    ['batch: {}, order: repository', 'error batch: cannot be combined with order: repository'],
  ])('%s', (settings, message) => {
    expect(refused(settings)).toEqual([expect.stringContaining(message)]);
  });

  const TARGET =
    'preheat: { registry: { url: http://r }, targets: [{ name: w, kind: webhook, url: http://w }] }';
  test.each(['rate: 5/s', 'batch: {}', 'order: endpoint', 'order: repository'])(
    '%s of kind preheat',
    (setting) => {
      const text = `notifications: { endpoints: [{ name: warm, kind: preheat, ${setting}, ${TARGET} }] }`;
      const { problems } = configFrom(Buffer.from(text), {});
      expect(problems).toMatchObject(
        [{ level: 'error', path: `${KEY}.${setting.replace(/:.*/, '')}`, message: /preheat/ }].map((one) => ({
          ...one,
          message: expect.stringMatching(one.message),
        })),
      );
    },
  );

  test('hold and latest are for kind preheat too', () => {
    const text = `notifications: { endpoints: [{ name: warm, kind: preheat, latest: tag, hold: { after: 1 }, ${TARGET} }] }`;
    expect(configFrom(Buffer.from(text), {}).problems).toEqual([]);
  });
});

const traps: Trap[] = [
  {
    title: 'a maxprobe below probe',
    bad: file('hold: { probe: 2m }'),
    problem: ['warning', `${KEY}.hold.maxprobe`, /1m is less than probe, 2m/],
    fine: file('hold: { probe: 1m }'),
  },
  {
    title: 'a probe without a unit',
    bad: file('hold: { probe: 30_000_000 }'),
    problem: ['warning', `${KEY}.hold.probe`, /30000000 nanoseconds.*Write 30ms/],
    fine: file('hold: { probe: 30ms }'),
  },
];
test.each(traps)('$title', checkTrap);

test('each is described, and printed as it would be written', () => {
  const text = `notifications:
  endpoints:
    - { name: one, url: http://one/, rate: 50/s, order: repository, latest: tag, hold: { revive: false, after: 1 } }
    - { name: two, url: http://two/, order: endpoint, batch: {}, hold: false }
    - { name: three, url: http://three/, hold: { probe: 1m } }
`;
  const { config } = configFrom(Buffer.from(text), {});
  const { text: words, data } = config ? describeConfig(config) : { text: '', data: {} };
  expect(words.match(/^ {2}(is not held|held|in order|at most|up to|a newer).*$/gm)).toEqual([
    '  held while its receiver is down, after a failure, for up to 72h: probes after 1s, doubling up to 1m; what the outage dead-lettered stays dead',
    '  at most 50/s requests',
    '  in order: the deliveries of each repository one after the other',
    '  a newer event of the same tag and action supersedes one that waits',
    '  is not held while its receiver is down',
    '  in order: all deliveries one after the other',
    '  up to 100 events in a request, or 1MiB, which wait up to 200ms for each other',
    '  held while its receiver is down, after 3 failures in a row, for up to 72h: probes every 1m; then retries what the outage dead-lettered',
  ]);
  expect(data).toMatchObject({
    notifications: {
      endpoints: [
        { hold: { after: 1, probe: '1s', maxprobe: '1m', for: '72h', revive: false }, rate: '50/s' },
        { hold: false, batch: { events: 100, wait: '200ms', bytes: '1MiB' } },
        { latest: 'none' },
      ],
    },
  });
});
