/**
 * Every setting: type, default, words. The reader, the overrides by environment variables, the configuration
 * page, the JSON Schema for editors and the masked print-out are all made from this one zod schema. Keys are
 * lower case without separators, as in the registry's own file.
 */
import { z } from 'zod';
import { alert } from './alert.js';
import { endpoint, LONGEST_TIMER } from './endpoint.js';
import { auth, source } from './source.js';
import { duration, SECOND } from './values/durations.js';
import { hostName } from './values/host-name.js';
import { bytes, choice, count, flag, flagOrAuto, listen, text } from './values/scalars.js';
import { clusterNode, credential, url } from './values/secrets.js';
import { setting, shorthand } from './values/setting.js';

const MANY = Number.MAX_SAFE_INTEGER;

const section = <T extends z.core.$ZodLooseShape>(words: string, keys: T) =>
  z.strictObject(keys).meta({ description: words });

/** @param open when nobody is asked for a secret */
const hosts = (open: string) =>
  setting(
    z.array(hostName()),
    `Host names by which it may be asked beside those of this machine (localhost, 127.0.0.1 …): those of a proxy in front. ${open}`,
    [],
  );

const notifications = section('The registry’s own block: what is sent, and where to.', {
  events: section('What events hold.', {
    includereferences: setting(
      flag(),
      'true: `target.references` of manifest events are delivered; false: they are removed.',
      false,
    ),
  }).prefault({}),
  endpoints: setting(z.array(endpoint), 'The receivers.', []),
});

const retention = section(
  'How long finished deliveries are kept, per endpoint, and what happened to events; whichever limit is reached first.',
  {
    delivered: section('Delivered deliveries.', {
      age: setting(
        duration({ min: SECOND }),
        'How long a delivered one is kept; so long an event that is sent again is recognized.',
        '24h',
      ),
      count: setting(count({ min: 1, max: MANY }), 'How many delivered ones are kept.', 10_000),
    }).prefault({}),
    dead: section('Dead deliveries.', {
      age: setting(
        duration({ min: SECOND }),
        'How long a dead one is kept, to be looked at and retried.',
        '720h',
      ),
      count: setting(count({ min: 1, max: MANY }), 'How many dead ones are kept.', 100_000),
    }).prefault({}),
    trail: section('What happened to each event.', {
      age: setting(
        duration(),
        'How long it is known what happened to an event, for `longshore trace`. 0s: nothing is noted.',
        '24h',
      ),
      count: setting(count({ min: 1, max: MANY }), 'How many events are known, over all endpoints.', 250_000),
      bytes: setting(
        bytes({ min: 2 ** 20, max: 2 ** 44 }),
        'Of Redis’ memory at most so much for it, and at most 5 % of its maxmemory.',
        '64MiB',
      ),
    }).prefault({}),
  },
);

const redis = section('Where deliveries are kept.', {
  url: setting(
    url(),
    '`redis://` or `rediss://`, with user, password and database if need be. Without it and without `cluster` Longshore starts a Redis of its own in `datadir`.',
  ).optional(),
  cluster: setting(
    z.array(clusterNode()),
    'Some masters of a Redis Cluster, instead of `url`: `host:port`, or a url with user and password.',
    [],
  ),
  prefix: setting(
    text(),
    'First part of every key, so that one Redis can serve several: letters, digits, `.`, `_`, `:`, `-`.',
    'longshore',
  ),
  maxmemory: setting(
    bytes({ min: 16 * 2 ** 20, max: 2 ** 44 }),
    'Memory limit of the Redis that Longshore starts. Ingest answers 503 from 80 % of it.',
    '1GiB',
  ),
});

const dashboard = section('The listener of the dashboard.', {
  listen: setting(listen(), 'Where it listens. Beyond loopback it needs `dashboard.auth`.', '127.0.0.1:5081'),
  hosts: hosts('On loopback without `dashboard.auth` others are refused.'),
  queues: setting(
    choice(['readonly', 'full', 'false']),
    'bull-board at `/queues`. `full`: it may change queues; its retry keeps the used attempts, and its clean deletes events without a record. `false`: there is no board.',
    'readonly',
  ),
  operate: setting(
    flag(),
    'false: pages and API only show. true: whoever may look may also retry, drop, pause and resume; each is recorded.',
    true,
  ),
  auth: section('Who may look.', {
    basic: setting(z.record(z.string(), credential()), 'Passwords by user.').optional(),
  }).prefault({}),
});

const spool = section(
  'What is kept on this machine while Redis is away, of senders that would not send it again. `spool: false` turns it off.',
  {
    enabled: setting(
      flag(),
      'false: everybody gets 503 while Redis is away. What the spool holds is fed in all the same.',
      true,
    ),
    dir: setting(
      text(),
      'Its folder, `spool` below `datadir` unless set. On a disk that survives a restart.',
    ).optional(),
    maxbytes: setting(
      bytes({ min: 2 ** 20, max: 2 ** 44 }),
      'The most that each ingest process keeps there. Beyond it: 503. Half of it is reserved for the configured sources, in equal parts.',
      '1GiB',
    ),
    fsync: setting(
      flag(),
      'true: on the disk before it is answered. false: faster; a power failure can take the last seconds along.',
      true,
    ),
  },
);

/** A configuration file. Its output is {@link Config}. */
export const settings = z
  .strictObject({
    version: setting(choice(['0.1']), 'Version of the format, as in the registry’s file.')
      .meta({ enum: [0.1, '0.1'] })
      .optional(),
    notifications: notifications.prefault({}),
    sources: setting(
      z.array(source),
      'Registries that post to `/sources/NAME`. Without any, `/registry/notifications` takes every known format.',
      [],
    ),
    alerts: setting(
      z.array(alert),
      'Who is told when an endpoint fails, deliveries are dead or too old, or a store fills up.',
      [],
    ),
    ingest: section('The listener that registries post to.', {
      listen: setting(listen(), 'Where it listens. Port 0 takes a free one.', '127.0.0.1:5080'),
      hosts: hosts('On loopback without a secret others are refused.'),
      maxbody: setting(
        bytes({ min: 1024, max: 256 * 2 ** 20 }),
        'The largest body that is taken. An event with references can have 7 MB.',
        '32MiB',
      ),
      maxinflight: setting(
        bytes({ min: 1024, max: 2 ** 44 }),
        'The most that all bodies in flight of one process take in memory, inflated. Above it: 503. A request that is alone is always taken.',
        '256MiB',
      ),
      auth: auth.prefault({}),
      spool: shorthand(spool, 'enabled').prefault({}),
    }).prefault({}),
    dashboard: dashboard.prefault({}),
    admin: section('The listener for probes and metrics.', {
      listen: setting(listen(), 'Where it listens.', '127.0.0.1:5082'),
      hosts: hosts('On loopback others are refused.'),
    }).prefault({}),
    worker: section('Workers.', {
      grace: setting(
        duration({ max: LONGEST_TIMER }),
        'How long what is in flight may take to finish when the process is told to stop.',
        '25s',
      ),
    }).prefault({}),
    redis: redis.prefault({}),
    datadir: setting(
      text(),
      'Folder for what must survive a restart. A relative path starts at the working directory.',
      './data',
    ),
    retention: retention.prefault({}),
    log: section('Log lines, on stdout.', {
      level: setting(
        choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
        'The least important level that is written.',
        'info',
      ),
      pretty: setting(
        flagOrAuto(),
        '`auto`: lines for people when stdout is a terminal, JSON otherwise. true: always lines for people; false: always JSON.',
        'auto',
      ),
    }).prefault({}),
  })
  .meta({ title: 'Longshore configuration' });

type Settings = z.output<typeof settings>;

/** Everything that can be set, with defaults in place. Times are milliseconds, sizes are bytes. */
export type Config = Omit<Settings, 'version'>;
/** Ways in; undefined ones are not configured. */
export type Auth = z.output<typeof auth>;
/** One source, with defaults in place. */
export type SourceConfig = z.output<typeof source>;
