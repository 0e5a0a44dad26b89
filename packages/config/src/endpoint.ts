/**
 * The settings of one endpoint: the registry's own, with its names, defaults and reading, and Longshore's.
 * The registry's two lists of media types are one here.
 */
import { z } from 'zod';
import { ENDPOINT_KINDS, EVENT_CLASSES } from './kinds.js';
import { preheat } from './preheat.js';
import { DAY, registryDuration } from './values/durations.js';
import { choice, count, flag, text } from './values/scalars.js';
import { credential, url } from './values/secrets.js';
import { setting } from './values/setting.js';
import { headers, texts } from './values/shapes.js';

/** Longer timers than this end at once in JavaScript. */
export const LONGEST_TIMER = 24 * DAY;

/** A claim takes Redis for as long as it holds. */
const LONGEST_COLLAPSE = DAY;

const ignore = z
  .strictObject({
    mediatypes: texts(
      'Media types whose events the endpoint does not get. Matched exactly; `""` matches events without one, as deletes are.',
    ),
    actions: texts('Actions that the endpoint does not get: `push`, `pull`, `mount`, `delete`.'),
    repositories: texts(
      'Globs of repositories whose events the endpoint does not get; `**` crosses slashes.',
    ),
    tags: texts(
      'Globs of tags whose events the endpoint does not get. An event without a tag never matches.',
    ),
  })
  .meta({ description: 'What the endpoint does not get.' })
  .prefault({});

const written = z.strictObject({
  name: setting(
    text(),
    'What logs, metrics and commands call the endpoint; 1 to 128 characters, unique.',
    '',
  ),
  kind: setting(
    choice(ENDPOINT_KINDS),
    '`http`: each event is posted to `url`. `preheat`: the image of each event is warmed, see `preheat`.',
    'http',
  ),
  url: setting(
    url(),
    'Where events are posted: `http://` or `https://`. A user and password in it become an `Authorization` header. kind preheat has none.',
    '',
  ),
  headers: headers('They replace ours of the same name.'),
  disabled: setting(flag(), 'true: the endpoint gets nothing, as in the registry.', false),
  paused: setting(flag(), 'true: events are kept for the endpoint and delivered when it is resumed.', false),
  timeout: setting(
    registryDuration({ fallback: '1s', tiny: 'every attempt times out' }),
    'How long one attempt may take until the head of the answer, connecting included; of kind preheat, one request to the registry. 1s unless set, for preheat 30s.',
  ).optional(),
  threshold: setting(
    count({ min: 1, max: Number.MAX_SAFE_INTEGER, fallback: 10 }),
    'Failed attempts after which a delivery is dead. 0 or less means the default.',
    10,
  ),
  backoff: setting(
    registryDuration({ fallback: '1s', tiny: 'the first retries come at once' }),
    'The first delay between attempts; it doubles with each. 0 or less means the default.',
    '1s',
  ),
  maxbackoff: setting(
    registryDuration({ fallback: '1h', tiny: 'retries come at once' }),
    'The longest delay between attempts, `Retry-After` included. 0 or less means the default.',
    '1h',
  ),
  schedule: setting(
    z.array(registryDuration({ min: 1 })),
    'Delays that replace `backoff`, one for each retry; the last one repeats.',
    [],
  ),
  concurrency: setting(
    count({ min: 1, max: 1000 }),
    'Deliveries in flight at once, over all workers. 1 keeps them apart.',
    8,
  ),
  accept: setting(
    z.array(choice(EVENT_CLASSES)).min(1, 'must name at least one; remove the key for the default'),
    '`event`: push, pull, mount, delete. `other`: what else registries tell, such as scan, quota, rename.',
    ['event'],
  ),
  collapse: setting(
    registryDuration({ max: LONGEST_COLLAPSE, tiny: 'next to nothing is collapsed' }),
    'How long equal facts (repository, action, digest, tag, actor) are delivered once: the first is, those that follow it within this are counted. Whichever source tells them. 0: each event is delivered.',
    '0s',
  ),
  ownpulls: setting(
    flag(),
    'true: the endpoint also gets the pulls that Longshore makes to preheat an image, which the registry announces like any other. They are recognized by the user agent `longshore/VERSION`.',
    false,
  ),
  annotate: setting(
    flag(),
    'true: each event carries a `longshore` object that says where it came from.',
    false,
  ),
  tls: z
    .strictObject({
      ca: setting(
        credential(),
        'Certificates to trust instead of the system’s, PEM; best as `file:/path`.',
      ).optional(),
    })
    .meta({ description: 'How an `https://` receiver proves who it is.' })
    .prefault({}),
  ignoredmediatypes: texts('The older name of `ignore.mediatypes`; both lists hold.'),
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
    timeout: Math.min(timeout ?? TIMEOUT[rest.kind], LONGEST_TIMER),
    ignore: { ...rules, mediatypes: [...new Set([...ignoredmediatypes, ...rules.mediatypes])] },
    only: rest.kind === 'preheat' ? imagesOf(rest.preheat) : undefined,
  }));

/** What routing lets through to a preheat endpoint: events that name an image which it is to warm. */
function imagesOf(settings: z.output<typeof preheat> | undefined) {
  const { actions, repositories, tags } = settings ?? { actions: ['push'], repositories: [], tags: [] };
  return { actions, repositories, tags };
}

/** One endpoint, with defaults in place. Times are milliseconds. */
export type Endpoint = z.output<typeof endpoint>;
