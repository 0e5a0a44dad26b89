/**
 * Every setting: type, default, description. The reader, the overrides by environment variables, the reference
 * page, the JSON Schema for editors and the masked print-out are all derived from this one zod schema. Keys are
 * lower case without separators, as in the registry's own file.
 */

import { setting, shorthand, tls } from '@longshore/settings';
import { listen } from '@longshore/settings/listeners';
import { clusterNode, credential, url } from '@longshore/settings/secrets';
import {
  bytes,
  choice,
  count,
  duration,
  flag,
  flagOrAuto,
  SECOND_MS,
  text,
} from '@longshore/settings/values';
import { z } from 'zod';
import { alert } from './alert.js';
import { archive } from './archive.js';
import { dashboard } from './dashboard.js';
import { egress } from './egress.js';
import { endpoint, LONGEST_TIMER_MS } from './endpoint.js';
import { reconcile } from './reconcile.js';
import { registrySettings } from './registries.js';
import { hosts, section } from './section.js';
import { auth, ingestProxy, source } from './source.js';

const MANY = Number.MAX_SAFE_INTEGER;

const notifications = section('The registry’s own block: the receivers and what they get.', {
  events: section('Content of events.', {
    includereferences: setting(
      flag(),
      'true: `target.references` of manifest events are delivered; false: they are removed, and only the archive has them.',
      false,
    ),
  }).prefault({}),
  endpoints: setting(z.array(endpoint), 'The receivers.', []),
});

const retention = section(
  'Retention of finished deliveries, per endpoint, and of the history of events; whichever limit is reached first applies.',
  {
    delivered: section('Successful deliveries.', {
      age: setting(
        duration({ min: SECOND_MS }),
        'How long a successful delivery is kept. This is also the dedupe window: a resent event is recognized for so long.',
        '24h',
      ),
      count: setting(count({ min: 1, max: MANY }), 'How many successful deliveries are kept.', 10_000),
    }).prefault({}),
    dead: section('Dead letters.', {
      age: setting(
        duration({ min: SECOND_MS }),
        'How long a dead letter is kept for inspection and retry.',
        '720h',
      ),
      count: setting(count({ min: 1, max: MANY }), 'How many dead letters are kept.', 100_000),
    }).prefault({}),
    trail: section('History of each event.', {
      age: setting(
        duration(),
        'How long the history of events is kept, for `longshore trace`. 0s: no history.',
        '24h',
      ),
      count: setting(
        count({ min: 1, max: MANY }),
        'How many events have a history, over all endpoints.',
        250_000,
      ),
      bytes: setting(
        bytes({ min: 2 ** 20, max: 2 ** 44 }),
        'Limit of its Redis memory. It also never exceeds 5 % of maxmemory.',
        '64MiB',
      ),
    }).prefault({}),
  },
);

const redis = section('Where deliveries are stored.', {
  url: setting(
    url(),
    '`redis://` or `rediss://`, optionally with user, password and database. Without it, `cluster` and `sentinels` Longshore starts an embedded Redis in `datadir`.',
  ).optional(),
  cluster: setting(
    z.array(clusterNode()),
    'Some masters of a Redis Cluster, instead of `url`: `host:port`, or a url with user and password.',
    [],
  ),
  sentinels: setting(
    z.array(clusterNode()),
    'Sentinels that know the primary named `master`, instead of `url`: `host:port` (26379 by default), or a url with the user and password of the Sentinels. `rediss://`: TLS, also to the servers.',
    [],
  ),
  master: setting(
    text(),
    'Name of the primary, as in `sentinel monitor NAME …`. With `sentinels`.',
  ).optional(),
  username: setting(text(), 'Redis user of the primary and its replicas. With `sentinels`.').optional(),
  password: setting(credential(), 'Its password. With `sentinels`.').optional(),
  tls: tls('Instead of the system’s').optional(),
  wait: section('What a 2xx of ingest waits for beside the write to the primary.', {
    replicas: setting(
      count({ min: 0, max: 100 }),
      'How many replicas must have the deliveries of a request before it is answered 202. Fewer in time: 503, and the sender repeats it. 0: none.',
      0,
    ),
    timeout: setting(
      duration({ min: 1, max: 2 * SECOND_MS }),
      'How long they may take. Meanwhile the ingest process sends nothing else to Redis.',
      '100ms',
    ),
  }).prefault({}),
  prefix: setting(
    text(),
    'Prefix of every key, so that several relays can share one Redis: letters, digits, `.`, `_`, `:`, `-`.',
    'longshore',
  ),
  maxmemory: setting(
    bytes({ min: 16 * 2 ** 20, max: 2 ** 44 }),
    'Memory limit of the embedded Redis. Ingest answers 503 above 80 % of it.',
    '1GiB',
  ),
});

const spool = section(
  'Disk buffer for requests of senders that do not retry, used while Redis is unavailable. `spool: false` disables it.',
  {
    enabled: setting(
      flag(),
      'false: every sender gets 503 while Redis is unavailable. Requests already in the spool are still drained.',
      true,
    ),
    dir: setting(
      text(),
      'Its folder; `spool` in `datadir` by default. It must be on a persistent disk.',
    ).optional(),
    maxbytes: setting(
      bytes({ min: 2 ** 20, max: 2 ** 44 }),
      'Disk usage limit of the folder. Above it: 503. Each request takes at least 4 KiB and one inode. Half of the limit is reserved for the configured sources, in equal parts.',
      '1GiB',
    ),
    fsync: setting(
      flag(),
      'true: fsync before the response. false: faster, but a power failure can lose the last seconds.',
      true,
    ),
  },
);

/** A configuration file. Its output is {@link Config}. */
export const settings = z
  .strictObject({
    version: setting(choice(['0.1']), 'Version of the file format, as in the registry’s file.')
      .meta({ enum: [0.1, '0.1'] })
      .optional(),
    notifications: notifications.prefault({}),
    sources: setting(
      z.array(source),
      'Registries that post to `/sources/NAME`. If there are none, `/registry/notifications` accepts every known format.',
      [],
    ),
    alerts: setting(
      z.array(alert),
      'Receivers of alerts: failing endpoints, dead letters, old backlog, quarantine, Redis memory.',
      [],
    ),
    archive: archive.optional(),
    registries: setting(
      z.array(registrySettings),
      'How to read the registries behind sources. Without it, image events have what the events of the registry say.',
      [],
    ),
    reconcile: reconcile.optional(),
    egress: egress.prefault({}),
    ingest: section('The listener that registries post to.', {
      listen: setting(listen(), 'Address to listen on. Port 0 uses a free port.', '127.0.0.1:5080'),
      hosts: hosts('On loopback without a secret all others are refused.'),
      maxbody: setting(
        bytes({ min: 1024, max: 256 * 2 ** 20 }),
        'Largest accepted body. An event with references can have 7 MB.',
        '32MiB',
      ),
      maxinflight: setting(
        bytes({ min: 1024, max: 2 ** 44 }),
        'Memory limit of all request bodies in flight in one process, decompressed. Above it: 503. A single request is always accepted.',
        '256MiB',
      ),
      auth: auth.prefault({}),
      proxy: ingestProxy.optional(),
      spool: shorthand(spool, 'enabled').prefault({}),
    }).prefault({}),
    dashboard: dashboard.prefault({}),
    admin: section('The listener for probes and metrics.', {
      listen: setting(listen(), 'Address to listen on.', '127.0.0.1:5082'),
      hosts: hosts('On loopback all others are refused.'),
    }).prefault({}),
    worker: section('Workers.', {
      grace: setting(
        duration({ max: LONGEST_TIMER_MS }),
        'Time limit for deliveries in flight after SIGTERM. Unfinished ones return to the queue.',
        '25s',
      ),
    }).prefault({}),
    redis: redis.prefault({}),
    datadir: setting(
      text(),
      'Folder for persistent data. A relative path starts at the working directory.',
      './data',
    ),
    retention: retention.prefault({}),
    log: section('Log lines, on stdout.', {
      level: setting(
        choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
        'Minimum level that is logged.',
        'info',
      ),
      pretty: setting(
        flagOrAuto(),
        '`auto`: human-readable lines when stdout is a terminal, else JSON. true: always human-readable. false: always JSON.',
        'auto',
      ),
    }).prefault({}),
  })
  .meta({ title: 'Longshore configuration' });

type Settings = z.output<typeof settings>;

/** All settings, with defaults applied. Times are milliseconds, sizes are bytes. */
export type Config = Omit<Settings, 'version'>;
/** Authentication methods; undefined ones are not configured. */
export type Auth = z.output<typeof auth>;
/** One source, with defaults applied. */
export type SourceConfig = z.output<typeof source>;
