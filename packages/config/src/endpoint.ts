/**
 * The settings of one endpoint: the registry's own, with its names, defaults and reading, and Longshore's. Each kind
 * has its own map.
 */
import { ACCEPTED_CLASSES } from '@longshore/event';
import { describeFormats, formatNames } from '@longshore/formats';
import { headers, setting, tag, texts, union } from '@longshore/settings';
import { url } from '@longshore/settings/secrets';
import { choice, count, DAY_MS, flag, registryDuration, text } from '@longshore/settings/values';
import { type BrokerKind, brokers } from '@longshore/sinks/brokers';
import { z } from 'zod';
import { connection } from './connection.js';
import { copy } from './copy.js';
import { body, byFormat, contenttype, host, method, options, success } from './format.js';
import { batch, hold, latest, order, rate } from './pace.js';
import { preheat } from './preheat.js';
import { sign } from './sign.js';

/** JavaScript fires longer timers at once. Milliseconds. */
export const LONGEST_TIMER_MS = 24 * DAY_MS;

/** A claim uses Redis memory until it expires. Milliseconds. */
const LONGEST_COLLAPSE_MS = DAY_MS;

/** Which events an endpoint does not get. */
export const ignore = z
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
    sources: texts(
      'Names of sources whose events the endpoint does not get; `reconcile`: events that a comparison with the registry found to be missing.',
    ),
  })
  .meta({ description: 'Filter: events that the endpoint does not get.' })
  .prefault({});

/** Classes of events that an endpoint gets. */
const classes = z
  .array(choice(ACCEPTED_CLASSES))
  .min(1, 'must name at least one; remove the key for the default');
const CLASSES =
  '`event`: push, pull, mount, delete. `other`: all other events, such as scan, quota, rename. `image`: one event for a push, however many requests it took, and one for each change of a tag. `pull`: one event for a pull. The last two need `archive`.';

/** Which events an endpoint gets. */
const selection = {
  accept: setting(classes, CLASSES, ['event']),
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
  where: setting(
    text(),
    'Filter in CEL: the endpoint gets only events for which it is true, such as `action == "push" && glob(repository, "acme/**")`. Variables: `action`, `image`, `ref`, `registry`, `repository`, `name`, `tag`, `digest`, `mediatype`, `actor`, `time`, `source`, `kind`, `id`, each `""` where it is not known, and `size`. Functions beside those of CEL: `glob(text, pattern)`, `re(text, pattern)`, `semver(text) >= "1.2"`, `semver(text, range)`. If it fails, the event is delivered.',
  ).optional(),
  ignoredmediatypes: texts('Older name of `ignore.mediatypes`; both lists apply.'),
  ignore,
};

/** @param fallback what 0 or less means */
const attemptTimeout = (fallback: string) =>
  registryDuration({ fallback, tiny: 'every attempt times out' }).transform((ms) =>
    Math.min(ms, LONGEST_TIMER_MS),
  );

/** What endpoints of every kind have. @param timeout default, and what 0 or less means */
const common = (timeout: string, words: string) => ({
  disabled: setting(flag(), 'true: the endpoint gets nothing, as in the registry.', false),
  paused: setting(
    flag(),
    'true: events are queued for the endpoint and delivered when it is resumed.',
    false,
  ),
  timeout: setting(attemptTimeout(timeout), words, timeout),
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
  hold,
  latest,
  ...selection,
});

const name = setting(
  text(),
  'Name in logs, metrics and commands; 1 to 128 characters, unique, not beginning with `alerts/`.',
  '',
);

/** The registry's two lists of media types as one. */
function oneIgnore<T extends { ignoredmediatypes: string[]; ignore: { mediatypes: string[] } }>(written: T) {
  const { ignoredmediatypes, ...rest } = written;
  const mediatypes = [...new Set([...ignoredmediatypes, ...written.ignore.mediatypes])];
  return { ...rest, ignore: { ...written.ignore, mediatypes } as T['ignore'] };
}

/** An endpoint that events are posted to. */
export const httpEndpoint = z
  .strictObject({
    name,
    kind: tag('http'),
    url: setting(
      url(),
      'Url that events are posted to, `http://` or `https://`. A user and password in it become an `Authorization` header.',
      '',
    ),
    headers: headers('They replace Longshore’s own headers of the same name.'),
    ...common('1s', ''),
    accept: setting(classes, `${CLASSES} Default \`[event]\`.`).optional(),
    timeout: setting(
      attemptTimeout('1s'),
      'Time limit of one attempt, from connecting to the head of the response. Default `1s`, and `10s` with a format other than `distribution`.',
    ).optional(),
    rate: rate.optional(),
    order,
    batch: batch.optional(),
    format: setting(
      choice(formatNames('endpoints')),
      `What the receiver gets. ${describeFormats('endpoints')}`,
      'distribution',
    ),
    options: options.optional(),
    method,
    contenttype: contenttype.optional(),
    body: body.optional(),
    host: host.optional(),
    success: success.optional(),
    annotate: setting(flag(), 'true: each event has an object `longshore` with its source.', false),
    sign: sign.optional(),
    ...connection,
  })
  .meta({ required: ['name', 'url'] })
  .transform((written) => byFormat(oneIgnore(written)));

/** An endpoint that warms caches. A delivery is an image, so it has no rate, no batch and no order of requests. */
const preheatEndpoint = z
  .strictObject({
    name,
    kind: tag('preheat'),
    preheat,
    ...common('30s', 'Time limit of one request to the registry.'),
  })
  .meta({ required: ['name', 'kind', 'preheat'] })
  .transform((written) => {
    const { actions, repositories, tags } = written.preheat;
    const only = { actions, repositories, tags };
    return { ...oneIgnore(written), only, rate: undefined, order: 'none' as const, batch: undefined };
  });

/** An endpoint that copies images to another registry. A delivery is an image, as for preheat. */
const copyEndpoint = z
  .strictObject({
    name,
    kind: tag('copy'),
    copy,
    ...common('30s', 'Longest time without progress in one request to a registry, however large the blob.'),
  })
  .meta({ required: ['name', 'kind', 'copy'] })
  .transform((written) => {
    const { repositories, tags, deletes, referrers, chain } = written.copy;
    const actions = deletes ? ['push', 'delete'] : ['push'];
    const only = { actions, repositories, tags, untagged: referrers || deletes };
    return { ...oneIgnore(written), only, chain, rate: undefined, order: 'none' as const, batch: undefined };
  });

/** What message brokers have. A message holds one event. @param where its `url`, in words */
const brokerKeys = (where: string) => ({
  name,
  url: setting(url(), `${where} With user and password; better as \`env:NAME\`.`, ''),
  headers: headers('Of each message; they replace Longshore’s own headers of the same name.'),
  ...common('10s', 'Time limit of one attempt, from connecting to the broker’s confirmation.'),
  accept: setting(classes, `${CLASSES} Default \`[event]\`.`).optional(),
  rate: rate.optional(),
  order,
  format: setting(
    choice(formatNames('endpoints').filter((one) => one !== 'template')),
    'Body of a message, as for kind `http`.',
    'cloudevents',
  ),
  options: options.optional(),
  host: host.optional(),
  tls: connection.tls,
});

/** @param written of one kind, whose block stands beside the rest */
function oneBroker<
  T extends Parameters<typeof oneIgnore>[0] & Parameters<typeof byFormat>[0] & { kind: BrokerKind },
>(written: T) {
  return { ...byFormat(oneIgnore(written)), batch: undefined };
}

const redisStreamEndpoint = z
  .strictObject({
    kind: tag('redisstream'),
    redisstream: brokers.redisstream,
    ...brokerKeys('Redis, `redis://host:6379/0`, or `rediss://` for TLS.'),
  })
  .meta({ required: ['name', 'kind', 'url'] })
  .transform(oneBroker);

const natsEndpoint = z
  .strictObject({
    kind: tag('nats'),
    nats: brokers.nats,
    ...brokerKeys('NATS server, `nats://host:4222`, or `tls://` for TLS.'),
  })
  .meta({ required: ['name', 'kind', 'url'] })
  .transform(oneBroker);

const amqpEndpoint = z
  .strictObject({
    kind: tag('amqp'),
    amqp: brokers.amqp,
    ...brokerKeys('RabbitMQ, `amqp://host:5672/vhost`, or `amqps://` for TLS.'),
  })
  .meta({ required: ['name', 'kind', 'url'] })
  .transform(oneBroker);

const kafkaEndpoint = z
  .strictObject({
    kind: tag('kafka'),
    kafka: brokers.kafka,
    ...brokerKeys(
      'A broker of the cluster, `kafka://host:9092`, or `kafkas://` for TLS; it leads to the others.',
    ),
  })
  .meta({ required: ['name', 'kind', 'url'] })
  .transform(oneBroker);

const sqsEndpoint = z
  .strictObject({
    kind: tag('sqs'),
    sqs: brokers.sqs,
    ...brokerKeys(''),
    url: setting(url(), 'Amazon SQS, `https://sqs.REGION.amazonaws.com`.', ''),
  })
  .meta({ required: ['name', 'kind', 'url'] })
  .transform(oneBroker);

const pubSubEndpoint = z
  .strictObject({
    kind: tag('pubsub'),
    pubsub: brokers.pubsub,
    ...brokerKeys(''),
    url: setting(url(), 'Google Pub/Sub.', 'https://pubsub.googleapis.com'),
  })
  .meta({ required: ['name', 'kind'] })
  .transform(oneBroker);

/** One endpoint, as the rest of Longshore sees it. */
export const endpoint = union(
  '`http`: each event is posted to `url`. `preheat`: the image of each event is pulled into caches, see `preheat`. `copy`: it is copied to another registry, see `copy`. The others are message brokers: each event is a message, see the block of the kind’s name.',
  [
    httpEndpoint,
    preheatEndpoint,
    copyEndpoint,
    redisStreamEndpoint,
    natsEndpoint,
    amqpEndpoint,
    kafkaEndpoint,
    sqsEndpoint,
    pubSubEndpoint,
  ],
  'http',
);

/** One endpoint, with defaults applied; `kind` tells which. Times are milliseconds, with a fraction below one. */
export type Endpoint = z.output<typeof endpoint>;
/** One that events are posted to. */
export type HttpEndpoint = z.output<typeof httpEndpoint>;
/** One that publishes to a message broker. */
export type BrokerEndpoint = Extract<Endpoint, { kind: BrokerKind }>;
/** One that warms caches. `only`: what routing lets through to it. */
export type PreheatEndpoint = z.output<typeof preheatEndpoint>;
/** One that copies images. `only`, `chain`: what routing lets through to it. */
export type CopyEndpoint = z.output<typeof copyEndpoint>;
