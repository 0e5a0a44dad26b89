/**
 * The settings of one endpoint: the registry's own, with its names, defaults and reading, and Longshore's.
 * The registry's two lists of media types are one here.
 */
import { describeFormats, formatNamed, formatNames } from '@longshore/formats';
import { DAY_MS, headers, setting, texts } from '@longshore/settings';
import { credential, url } from '@longshore/settings/secrets';
import { choice, count, flag, registryDuration, text } from '@longshore/settings/values';
import { z } from 'zod';
import { ENDPOINT_KINDS, EVENT_CLASSES } from './kinds.js';
import { pace } from './pace.js';
import { preheat } from './preheat.js';

/** JavaScript fires longer timers at once. Milliseconds. */
export const LONGEST_TIMER_MS = 24 * DAY_MS;

/** A claim uses Redis memory until it expires. Milliseconds. */
const LONGEST_COLLAPSE_MS = DAY_MS;

const ignore = z
  .strictObject({
    mediatypes: texts(
      'Media types whose events the endpoint does not get. Matched exactly; `""` matches events without one, such as deletes.',
    ),
    actions: texts('Actions that the endpoint does not get: `push`, `pull`, `mount`, `delete`.'),
    repositories: texts(
      'Globs of repositories whose events the endpoint does not get; `**` crosses slashes.',
    ),
    tags: texts(
      'Globs of tags whose events the endpoint does not get. An event without a tag never matches.',
    ),
  })
  .meta({ description: 'Filter: events that the endpoint does not get.' })
  .prefault({});

const written = z.strictObject({
  name: setting(
    text(),
    'Name in logs, metrics and commands; 1 to 128 characters, unique, not beginning with `alerts/`.',
    '',
  ),
  kind: setting(
    choice(ENDPOINT_KINDS),
    '`http`: each event is posted to `url`. `preheat`: the image of each event is pulled into caches, see `preheat`.',
    'http',
  ),
  url: setting(
    url(),
    'Url that events are posted to, `http://` or `https://`. A user and password in it become an `Authorization` header. Not for kind preheat.',
    '',
  ),
  headers: headers('They replace Longshore’s own headers of the same name.'),
  disabled: setting(flag(), 'true: the endpoint gets nothing, as in the registry.', false),
  paused: setting(
    flag(),
    'true: events are queued for the endpoint and delivered when it is resumed.',
    false,
  ),
  timeout: setting(
    registryDuration({ fallback: '1s', tiny: 'every attempt times out' }),
    'Time limit of one attempt, from connecting to the head of the response; for kind preheat, of one request to the registry. Default 1s, for preheat 30s.',
  ).optional(),
  threshold: setting(
    count({ min: 1, max: Number.MAX_SAFE_INTEGER, fallback: 10 }),
    'Failed attempts after which a delivery is dead-lettered. 0 or less means the default.',
    10,
  ),
  backoff: setting(
    registryDuration({ fallback: '1s', tiny: 'the first retries come at once' }),
    'First delay between attempts; it doubles with each attempt. 0 or less means the default.',
    '1s',
  ),
  maxbackoff: setting(
    registryDuration({ fallback: '1h', tiny: 'retries come at once' }),
    'Longest delay between attempts, also for `Retry-After`. 0 or less means the default.',
    '1h',
  ),
  schedule: setting(
    z.array(registryDuration({ min: 1 })),
    'Delays that replace `backoff`, one per retry; the last one repeats.',
    [],
  ),
  concurrency: setting(
    count({ min: 1, max: 1000 }),
    'Deliveries in flight at once, over all workers. 1 serializes them.',
    8,
  ),
  ...pace,
  accept: setting(
    z.array(choice(EVENT_CLASSES)).min(1, 'must name at least one; remove the key for the default'),
    '`event`: push, pull, mount, delete. `other`: all other events, such as scan, quota, rename.',
    ['event'],
  ),
  collapse: setting(
    registryDuration({ max: LONGEST_COLLAPSE_MS, tiny: 'almost nothing is collapsed' }),
    'Window in which equal events (same repository, action, digest, tag and actor, from any source) are delivered once: the first one is delivered, the others are counted. 0: every event is delivered.',
    '0s',
  ),
  ownpulls: setting(
    flag(),
    'true: the endpoint also gets the pull events that Longshore itself causes by preheating. They are recognized by the user agent `longshore/VERSION`.',
    false,
  ),
  format: setting(
    choice(formatNames('endpoints')),
    `What the receiver gets. ${describeFormats('endpoints')} Not for kind preheat.`,
    'distribution',
  ),
  annotate: setting(flag(), 'true: each event has an object `longshore` with its source.', false),
  tls: z
    .strictObject({
      ca: setting(
        credential(),
        'CA certificates that replace the system’s, PEM; preferably as `file:/path`.',
      ).optional(),
    })
    .meta({ description: 'TLS verification of an `https://` receiver.' })
    .prefault({}),
  ignoredmediatypes: texts('Older name of `ignore.mediatypes`; both lists apply.'),
  ignore,
  preheat: preheat.optional(),
});

/** As in the registry; a walk reads manifests from registries that are not always quick. */
const TIMEOUT = { http: 1_000, preheat: 30_000 };

/** JSON Schema of an object with this key. */
const has = (key: string) => ({ type: 'object' as const, properties: { [key]: {} }, required: [key] });

/** One endpoint, as the rest of Longshore sees it. Times are milliseconds, with a fraction below one. */
export const endpoint = written
  .meta({
    required: ['name'],
    anyOf: [has('url'), has('preheat')],
  })
  .transform(({ ignoredmediatypes, ignore: rules, timeout, ...rest }) => ({
    ...rest,
    timeout: Math.min(timeout ?? TIMEOUT[rest.kind], LONGEST_TIMER_MS),
    ignore: { ...rules, mediatypes: [...new Set([...ignoredmediatypes, ...rules.mediatypes])] },
    needs: formatNamed(rest.format)?.needs,
    only: rest.kind === 'preheat' ? imagesOf(rest.preheat) : undefined,
  }));

/** What routing lets through to a preheat endpoint: events that name an image which it is to warm. */
function imagesOf(settings: z.output<typeof preheat> | undefined) {
  const { actions, repositories, tags } = settings ?? { actions: ['push'], repositories: [], tags: [] };
  return { actions, repositories, tags };
}

/** One endpoint, with defaults applied. Times are milliseconds. */
export type Endpoint = z.output<typeof endpoint>;
