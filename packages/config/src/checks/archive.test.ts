import { expect, test } from 'vitest';
import { everyEndpoint, routedEndpoints } from '../every-endpoint.js';
import { configFrom } from '../read.js';
import { checkTrap, KEY, type Trap } from '../samples/trap.js';

const ENDPOINTS = 'notifications: { endpoints: [{ name: one, url: "http://receiver:8080/event" }] }\n';
const archive = (settings: string): string => `${ENDPOINTS}archive: { ${settings} }\n`;
const FINE = archive('url: postgres://a:b@db/longshore, retention: 0s, maxbytes: 100GiB');

const traps: Trap[] = [
  {
    title: 'kept forever without a limit',
    bad: archive('retention: 0s'),
    problem: ['error', 'archive.retention', /forever.*Set archive\.maxbytes/],
    fine: FINE,
  },
  {
    title: 'a retention below an hour',
    bad: archive('retention: 90s'),
    problem: ['error', 'archive.retention', /shorter than an hour/],
    fine: archive('retention: 1h'),
  },
  {
    title: 'a retention of more than 100 years',
    bad: archive('retention: 999999h'),
    problem: ['error', 'archive.retention', /876000h/],
    fine: archive('retention: 87600h'),
  },
  {
    title: 'a size that nothing fits into',
    bad: archive('maxbytes: 1MiB'),
    problem: ['error', 'archive.maxbytes', /less than 64MiB/],
    fine: archive('maxbytes: 64MiB'),
  },
  {
    title: 'a url of another database',
    bad: archive('url: mysql://db/longshore'),
    problem: ['error', 'archive.url', /does not start with postgres/],
    fine: archive('url: postgresql:///longshore?host=/run/postgresql'),
  },
  {
    title: 'a url from a variable',
    bad: archive('url: env:DATABASE_URL'),
    problem: ['error', 'archive.url', /does not start with postgres/],
    fine: ENDPOINTS,
    env: { DATABASE_URL: 'redis://db' },
  },
  {
    title: 'TLS of an embedded PostgreSQL',
    bad: archive('tls: { servername: db.internal }'),
    problem: ['error', 'archive.tls', /PostgreSQL that is named; set archive\.url/],
    fine: archive('url: postgres://db/longshore, tls: { servername: db.internal }'),
  },
  {
    title: 'TLS in the url too',
    bad: archive('url: "postgres://db/longshore?sslmode=require", tls: { servername: db.internal }'),
    problem: ['error', 'archive.url', /sslmode.*Remove one of them/],
    fine: archive('url: "postgres://db/longshore?sslmode=require"'),
  },
  {
    title: 'an endpoint of its name',
    bad: `notifications: { endpoints: [{ name: archive, url: http://one/ }] }\narchive: {}\n`,
    problem: ['error', `${KEY}.name`, /own endpoint while archive is set. Rename this endpoint/],
    fine: `notifications: { endpoints: [{ name: archive, url: http://one/ }] }\n`,
  },
];

test.each(traps)('$title', checkTrap);

const namesOf = (text: string) => {
  const { config } = configFrom(Buffer.from(text), {});
  return config && [routedEndpoints(config), everyEndpoint(config)].map((all) => all.map(({ name }) => name));
};

test('it is an endpoint like any other, that events are routed to', () => {
  expect(namesOf(ENDPOINTS)).toEqual([['one'], ['one']]);
  const both = ['one', 'archive'];
  const alerts = `${ENDPOINTS}alerts: [{ name: oncall, url: http://oncall/ }]\narchive: {}\n`;
  expect(namesOf(alerts)).toEqual([both, [...both, 'alerts/oncall']]);
});

test('its defaults, and its rules', () => {
  const text = `${ENDPOINTS}archive: { ignore: { actions: [pull] } }\n`;
  const { config } = configFrom(Buffer.from(text), {});
  expect(config?.archive).toMatchObject({ partition: 'month', body: true, addresses: 'full', maxbytes: 0 });
  expect(config?.archive?.retention).toBe(90 * 86_400_000);
  const endpoint = config && routedEndpoints(config).find(({ kind }) => kind === 'archive');
  expect(endpoint).toMatchObject({
    accept: ['event', 'other', 'log'],
    ignore: { actions: ['pull'] },
    hold: undefined,
    ownpulls: false,
  });
  const wanted = configFrom(Buffer.from(`${ENDPOINTS}archive: { ownpulls: true }\n`), {}).config;
  expect(wanted && routedEndpoints(wanted).at(-1)?.ownpulls).toBe(true);
});

test('a key without a value is refused, since it would turn nothing on', () => {
  const { problems } = configFrom(Buffer.from(`${ENDPOINTS}archive:\n`), {});
  expect(problems.map(({ level, path, message }) => [level, path, message])).toEqual([
    ['error', 'archive', 'is empty; write `archive: {}` to turn the archive on, or remove the key'],
  ]);
});
