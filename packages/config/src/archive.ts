/** The settings of the archive: every event kept in PostgreSQL. Its presence turns it on. */
import { presence, setting, tls } from '@longshore/settings';
import { url } from '@longshore/settings/secrets';
import { bytes, choice, DAY_MS, duration, flag } from '@longshore/settings/values';
import { z } from 'zod';
import { ignore } from './endpoint.js';
import { images } from './images.js';
import { sessions } from './sessions.js';

/** Longer is a mistake in a unit; 0 keeps everything. Milliseconds. */
const LONGEST_RETENTION_MS = 100 * 365 * DAY_MS;

/** See the header. Times are milliseconds, sizes bytes. */
export const archive = presence(
  z
    .strictObject({
      url: setting(
        url(),
        '`postgres://user:password@host:5432/database`, PostgreSQL 15 or newer. Without it Longshore starts an embedded PostgreSQL in `datadir`.',
      ).optional(),
      tls: tls('Instead of the system’s').optional(),
      retention: setting(
        duration({ max: LONGEST_RETENTION_MS }),
        'How long events are kept, by their own time. 0s: forever, and then `maxbytes` is required.',
        '2160h',
      ),
      history: setting(
        duration({ max: LONGEST_RETENTION_MS }),
        'How long attempts are kept, for `longshore trace`, the pages and replays. 0s: forever, and then `maxbytes` is required. Without the archive `retention.trail` keeps them; with `retention.trail.age: 0s` none are noted.',
        '2160h',
      ),
      maxbytes: setting(
        bytes({ min: 0, max: 2 ** 50 }),
        'Size limit of the archive in PostgreSQL. Above it the oldest partitions are dropped. 0: no limit.',
        0,
      ),
      partition: setting(
        choice(['month', 'day']),
        'Time range of a partition. `day` above some 50 million events a month. Retention removes whole partitions.',
        'month',
      ),
      body: setting(
        flag(),
        'true: each event is kept whole. false: only its columns, in half of the space; such events cannot be replayed.',
        true,
      ),
      ignore,
      ownpulls: setting(
        flag(),
        'true: also the pulls that Longshore itself causes by preheating or by reading manifests. They are recognized by the user agent `longshore/VERSION`; those that are left out are counted.',
        false,
      ),
      images,
      sessions,
      addresses: setting(
        choice(['full', 'network', 'none']),
        'What is kept of client addresses. `network`: the first 24 bits of IPv4 and 48 bits of IPv6; the event’s body is kept without the address. `none`: nothing.',
        'full',
      ),
    })
    .meta({
      description:
        'Every event kept in PostgreSQL, for search, statistics and replay. `archive: {}` turns it on.',
    }),
  'is empty; write `archive: {}` to turn the archive on, or remove the key',
);
