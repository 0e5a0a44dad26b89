/** Settings of an endpoint that pace its requests, order them, and hold them while its receiver is down. */

import { setting, shorthand } from '@longshore/settings';
import {
  bytes,
  choice,
  count,
  DAY_MS,
  flag,
  registryDuration,
  rate as requestRate,
  SECOND_MS,
} from '@longshore/settings/values';
import { z } from 'zod';

const HOUR_MS = 3_600_000;
/** Probes that follow each other more closely are load. Milliseconds. */
const SHORTEST_PROBE_MS = 10;
/** Of one request. Its events are in memory together. */
const MOST_EVENTS = 1_000;

/** Of every kind of endpoint. Times are milliseconds; undefined when it is disabled. */
export const hold = shorthand(
  z
    .strictObject({
      enabled: setting(
        flag(),
        'false, or `hold: false`: deliveries are attempted, and dead-lettered, while the receiver is down.',
        true,
      ),
      after: setting(
        count({ min: 1, max: 1_000 }),
        'Failures in a row, with nothing delivered between, that start a hold.',
        3,
      ),
      probe: setting(
        registryDuration({ min: SHORTEST_PROBE_MS, max: DAY_MS }),
        'First delay between probes; it doubles with each one. A probe is one waiting delivery, and a failed probe costs it no attempt.',
        '1s',
      ),
      maxprobe: setting(
        registryDuration({ min: SHORTEST_PROBE_MS, max: DAY_MS }),
        'Longest delay between probes.',
        '1m',
      ),
      for: setting(
        registryDuration({ min: SECOND_MS, max: 365 * DAY_MS }),
        'How long a hold lasts at most. After that, deliveries are attempted and dead-lettered, and no hold starts before one is delivered.',
        '72h',
      ),
      revive: setting(
        flag(),
        'true: deliveries that the outage dead-lettered are retried when it ends. false: they stay dead.',
        true,
      ),
    })
    .meta({
      description:
        'Hold while the receiver is down: deliveries wait, unattempted, until a probe is answered. Only connection errors, timeouts and the statuses 429, 502, 503, 504 count as down. `hold: false` disables it.',
    }),
  'enabled',
)
  .prefault({})
  .transform(({ enabled, ...limits }) => (enabled ? limits : undefined));

/** Several events in one request. Times are milliseconds, sizes bytes. */
export const batch = z
  .strictObject({
    events: setting(
      count({ min: 1, max: MOST_EVENTS }),
      'Most events of one request. Not with `order: repository`.',
      100,
    ),
    wait: setting(registryDuration({ max: HOUR_MS }), 'How long the first event waits for others.', '200ms'),
    bytes: setting(
      bytes({ min: 1_024, max: 256 * 2 ** 20 }),
      'Largest body of one request. A single larger event is sent alone.',
      '1MiB',
    ),
  })
  .meta({
    description: 'Several events in each request. Without it, each event is a request of its own.',
  });

/** Requests over all workers. */
export const rate = setting(
  requestRate(),
  'Requests in each second, minute or hour, over all workers: `50/s`, `30/m`, `1000/h`. At most one second’s worth is sent at once. Unlimited by default.',
);

/** Which deliveries wait for each other. */
export const order = setting(
  choice(['none', 'repository', 'endpoint']),
  '`repository`: a delivery waits until the one before it of the same repository is delivered or dead-lettered. `endpoint`: until the one before it is, of any repository.',
  'none',
);

/** Of every kind of endpoint. */
export const latest = setting(
  choice(['none', 'tag']),
  '`tag`: a newer event of the same source, repository, tag and action supersedes one that is still waiting.',
  'none',
);
