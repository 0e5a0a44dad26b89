/**
 * A configuration as it is understood, as text and as data, with every secret masked: the output of
 * `longshore check` and the content of the start-up record. Derived from the schema, so that a new setting is
 * included, masked if it is a secret, without a line here.
 */

import { formatBytes, formatDuration, maskedUrl, printable } from '@longshore/settings/format';
import { DIRECT, revealed, Secret } from '@longshore/settings/secrets';
import { keysOf, type Printed, shapeOf } from '@longshore/settings/shape';
import { isBroker } from '@longshore/sinks/brokers';
import type { z } from 'zod';
import type { AlertConfig } from './alert.js';
import { alertEndpointName } from './alert-endpoint.js';
import { ARCHIVE_ENDPOINT, type ArchiveSettings } from './archive-endpoint.js';
import { textsOf } from './broker.js';
import type { BrokerEndpoint, CopyEndpoint, Endpoint, HttpEndpoint, PreheatEndpoint } from './endpoint.js';
import { givingUp } from './giving-up.js';
import { pacing } from './pacing.js';
import { type Config, settings } from './schema.js';
import { senderParagraphs } from './senders.js';
import { isTemplate, SAMPLE, sampleOf, templateOf } from './template.js';

/** A configuration as YAML values: durations, sizes and addresses as text, secrets masked. */
export type Described = Printed | Described[] | { [key: string]: Described };

/**
 * `text`: a paragraph for each endpoint, each source and each receiver of alerts. `data`: the whole configuration,
 * ready for JSON.
 * @param toLongshore names of the endpoints by which a registry sends to Longshore
 */
export function describe(
  config: Config,
  toLongshore: readonly string[] = [],
): { text: string; data: Described } {
  const { endpoints } = config.notifications;
  const paragraphs = endpoints.map((one) =>
    one.kind === 'http' && toLongshore.includes(one.name) ? sender(one) : paragraph(one),
  );
  if (paragraphs.length === 0) paragraphs.push('No endpoints.');
  const archive = config.archive ? [archived(config.archive)] : [];
  const senders = senderParagraphs(config);
  const text = [...paragraphs, ...archive, ...senders, ...config.alerts.map(receiver)].join('\n\n');
  return { text, data: masked(settings, config) };
}

/** One endpoint as it is understood, a line for each setting that matters; empty when it is not configured. */
export function describeEndpoint({ notifications, archive, alerts }: Config, name: string): string[] {
  const endpoint = notifications.endpoints.find((each) => each.name === name);
  const alert = alerts.find((each) => alertEndpointName(each.name) === name);
  const own = archive && name === ARCHIVE_ENDPOINT ? archived(archive) : alert && receiver(alert);
  const text = endpoint ? paragraph(endpoint) : own;
  return (
    text
      ?.split('\n')
      .slice(1)
      .map((line) => line.trim()) ?? []
  );
}

function masked(schema: z.ZodType, value: unknown): Described {
  const shape = shapeOf(schema);
  switch (shape.type) {
    case 'value':
      return shape.kind.print(value);
    case 'list':
      return (value as unknown[]).map((item) => masked(shape.of, item));
    case 'record':
      return mapped(value as object, () => shape.of);
    case 'map':
    case 'union': {
      const keys = keysOf(shape, (value as { kind?: string }).kind);
      return mapped(value as object, (key) => keys?.[key]);
    }
  }
}

function mapped(
  value: object,
  schemaOf: (key: string) => z.ZodType | undefined,
): { [key: string]: Described } {
  const entries = Object.entries(value).flatMap(([key, item]): [string, Described][] => {
    const schema = schemaOf(key);
    if (schema === undefined) return [];
    if (item === undefined) return isSwitch(schema) ? [[key, false]] : [];
    return [[key, masked(schema, item)]];
  });
  return Object.fromEntries(entries);
}

/** Whether a map is disabled as a whole by `key: false`; its value is undefined then. */
function isSwitch(schema: z.ZodType): boolean {
  const shape = shapeOf(schema);
  return shape.type === 'map' && shape.shorthandKey === 'enabled';
}

function paragraph(endpoint: Endpoint): string {
  const { name, disabled, paused, threshold } = endpoint;
  const state = disabled ? ' (disabled: gets nothing)' : paused ? ' (paused: events are queued)' : '';
  const lines = [
    ...whereTo(endpoint),
    `dead after ${threshold} failed ${threshold === 1 ? 'attempt' : `attempts; ${delays(endpoint)}`}`,
    givingUp(endpoint),
    ...pacing(endpoint),
    ...(endpoint.kind === 'http'
      ? [...formatted(endpoint), ...headers(endpoint), ...trusted(endpoint), ...signed(endpoint)]
      : []),
    ...(isBroker(endpoint) ? [...formatted(endpoint), ...trusted(endpoint)] : []),
    ...ignored(endpoint),
    ...(endpoint.accept.includes('event') ? [] : ['gets no push, pull, mount or delete events']),
    ...(endpoint.accept.includes('other') ? ['gets other events too, such as scans and renames'] : []),
    ...(endpoint.collapse > 0
      ? [`collapses duplicate events within ${formatDuration(endpoint.collapse)}`]
      : []),
    ...(endpoint.ownpulls ? ['gets Longshore’s own pulls'] : []),
    ...(endpoint.kind === 'http' && endpoint.annotate
      ? ['each event has an object longshore with its source']
      : []),
  ];
  return [`${printable(name)}${state}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** An endpoint of a registry's own file: here the registry posts, and it never gives up. */
function sender(endpoint: HttpEndpoint): string {
  const { name, disabled, url, timeout, threshold, backoff } = endpoint;
  const lines = [
    `sends to Longshore: POST ${maskedUrl(url)}, ${formatDuration(timeout)} for each attempt`,
    `the registry retries forever: after ${threshold} failures in a row, once every ${formatDuration(backoff)}`,
    ...headers(endpoint),
    ...ignored(endpoint),
  ];
  const state = disabled ? ' (disabled: gets nothing)' : '';
  return [`${printable(name)}${state}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** How it is reached, as far as that is not the default. */
function trusted({
  auth,
  tls,
  proxy,
}: Pick<HttpEndpoint, 'tls'> & Partial<Pick<HttpEndpoint, 'auth' | 'proxy'>>): string[] {
  const way = Object.entries(auth ?? {}).find(([, value]) => value !== undefined);
  return [
    ...(way ? [`credentials: ${way[0]}`] : []),
    ...(tls.insecure ? ['INSECURE: the certificate of the receiver is not checked'] : []),
    ...(tls.cert ? ['shows a client certificate'] : []),
    ...(proxy ? [`proxy ${proxyText(proxy)}`] : []),
  ];
}

const proxyText = (proxy: Secret): string => (revealed(proxy) === DIRECT ? 'none' : maskedUrl(proxy));

function formatted(endpoint: HttpEndpoint | BrokerEndpoint): string[] {
  const { format, host, needs } = endpoint;
  if (format === 'distribution') return [];
  const { actions, fields = [] } = needs ?? {};
  const which = actions ? `${actions.join(' and ')} events` : 'events';
  const having = fields.length > 0 ? ` with ${fields.join(', ')}` : '';
  const sent = `sent as ${format}${host ? ` for images of ${host}` : ''}: ${which}${having}`;
  return endpoint.kind === 'http' && isTemplate(endpoint) ? [sent, ...sampled(endpoint)] : [sent];
}

/** What is sent for a sample event: the template at work. */
function sampled(endpoint: HttpEndpoint): string[] {
  const template = templateOf(endpoint);
  try {
    const request = template.problems.length > 0 ? undefined : sampleOf(template, endpoint.host);
    if (!request) return [];
    const { origin } = new URL(template.url);
    const place = request.path ? maskedUrl(new Secret(`${origin}${request.path}`)) : maskedUrl(endpoint.url);
    const headers = Object.keys(request.headers).map((name) => `, header ${printable(name)}`);
    const sent = request.body.length > 0 ? printable(request.body.toString()) : 'no body';
    return [`for a push of acme/app:1.4.2: ${endpoint.method} ${place}${headers.join('')}`, `  ${sent}`];
  } catch {
    // A problem of its own says why
    return [];
  }
}

function signed({ sign }: HttpEndpoint): string[] {
  if (!sign) return [];
  const keys = sign.secret.length === 1 ? 'a key' : `${sign.secret.length} keys`;
  return [`signed as ${sign.scheme} with ${keys}`];
}

function receiver({ name, url, format, endpoints, window, ...limits }: AlertConfig): string {
  const { after, age, dead, quarantine, memory } = limits;
  const conditions = [
    after > 0 && `failing for ${formatDuration(after)}`,
    age > 0 && `a delivery older than ${formatDuration(age)}`,
    dead > 0 && `${dead} dead`,
    quarantine > 0 && `${quarantine} in quarantine`,
    memory > 0 && `Redis at ${memory} %`,
  ].filter((condition) => condition !== false);
  const lines = [
    `POST ${maskedUrl(url) || '(no url)'} as ${format}, once in ${formatDuration(window)}`,
    `endpoints ${endpoints.map(printable).join(', ')}: ${conditions.join(', ') || 'nothing'}`,
    ...trusted(limits),
  ];
  return [`alerts to ${printable(name)}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function archived({ url, retention, maxbytes, partition, body, addresses, ignore }: ArchiveSettings): string {
  const kept = retention > 0 ? `for ${formatDuration(retention)}` : 'forever';
  const limit = maxbytes > 0 ? `, at most ${formatBytes(maxbytes)}` : '';
  const lines = [
    `writes to ${url ? maskedUrl(url) || 'PostgreSQL (no url)' : 'an embedded PostgreSQL in datadir'}`,
    `keeps events ${kept}${limit}, in partitions of a ${partition}`,
    body ? 'keeps each event whole' : 'keeps only the columns of an event: nothing can be replayed',
    ...(addresses === 'full' ? [] : [`client addresses: ${addresses}`]),
    ...ignored({ ignore }),
  ];
  return ['archive', ...lines.map((line) => `  ${line}`)].join('\n');
}

function posted(endpoint: HttpEndpoint): string {
  const { method, concurrency, timeout } = endpoint;
  const isKnown = isTemplate(endpoint) && endpoint.url.reference === undefined;
  const url = isKnown ? new Secret(templateOf(endpoint).url) : endpoint.url;
  return `${method} ${maskedUrl(url) || '(no url)'}, ${concurrency} at once, ${formatDuration(timeout)} for each attempt`;
}

function whereTo(endpoint: Endpoint): string[] {
  if (endpoint.kind === 'preheat') return warmed(endpoint);
  if (isBroker(endpoint)) return [published(endpoint)];
  return [endpoint.kind === 'copy' ? copied(endpoint) : posted(endpoint)];
}

/** With the texts of a sample push: the templates at work. */
function published(endpoint: BrokerEndpoint): string {
  const { kind, url, concurrency, timeout } = endpoint;
  return `publishes to ${kind} ${maskedUrl(url) || '(no url)'}${addressed(endpoint)}, ${concurrency} at once, ${formatDuration(timeout)} for each attempt`;
}

function addressed(endpoint: BrokerEndpoint): string {
  const texts = textsOf(endpoint);
  if (texts.problems.length > 0) return '';
  try {
    const rendered = Object.entries(texts.render(SAMPLE, endpoint.host));
    return rendered.map(([name, text]) => `, ${name} ${printable(text)}`).join('');
  } catch {
    // A problem of its own says why
    return '';
  }
}

function copied({ concurrency, copy }: CopyEndpoint): string {
  const { registry, target, platforms, deletes } = copy;
  const which = platforms.length > 0 ? platforms.map(printable).join(', ') : 'every platform';
  const to = `${maskedUrl(target.url)}${target.prefix && ` below ${printable(target.prefix)}`}`;
  return `copies images from ${maskedUrl(registry.url)} to ${to}, ${which}, ${concurrency} at once${deletes ? ', and deletes what it copied' : ''}`;
}

/** Settings of a target that say where it is. */
const ADDRESSES = ['url', 'origin', 'tracker', 'proxy'];

function warmed({ concurrency, preheat }: PreheatEndpoint): string[] {
  const { registry, platforms, dryrun, targets } = preheat;
  const hosts = registry.hosts.map(printable).join(', ');
  const from = registry.url ? maskedUrl(registry.url) : `the registry that the event names (${hosts})`;
  const which = platforms.length > 0 ? platforms.map(printable).join(', ') : 'every platform';
  return [
    `warms images from ${from}, ${which}, ${concurrency} at once${dryrun ? ' (dry run)' : ''}`,
    ...targets.map((target) => {
      const places = ADDRESSES.flatMap((key) => Reflect.get(target, key) as unknown);
      const urls = places.filter((place) => place instanceof Secret).map(maskedUrl);
      return `at ${printable(target.name)} (${target.kind}) ${urls.join(', ')}`;
    }),
  ];
}

function delays({ schedule, backoff, maxbackoff, threshold }: Endpoint): string {
  if (schedule.length > 0)
    return `retries after ${schedule.map(formatDuration).join(', ')}, the last one repeating`;
  if (backoff >= maxbackoff) return `retries every ${formatDuration(maxbackoff)}`;
  if (threshold === 2) return `the retry after ${formatDuration(backoff)}`;
  const longest = Math.min(backoff * 2 ** (threshold - 2), maxbackoff);
  return `retries after ${formatDuration(backoff)}, doubling up to ${formatDuration(longest)}`;
}

function headers({ headers: configured }: HttpEndpoint): string[] {
  const names = Object.keys(configured);
  return names.length > 0 ? [`headers ${names.map(printable).join(', ')} (values not shown)`] : [];
}

function ignored({ ignore, where }: Pick<Endpoint, 'ignore' | 'where'>): string[] {
  const lists: [string, string[]][] = [
    ['media types', ignore.mediatypes],
    ['actions', ignore.actions],
    ['repositories', ignore.repositories],
    ['tags', ignore.tags],
    ['sources', ignore.sources],
  ];
  const ignores = lists
    .filter(([, list]) => list.length > 0)
    .map(
      ([what, list]) =>
        `ignores ${what} ${list.map((one) => (one === '' ? '""' : printable(one))).join(', ')}`,
    );
  return where === undefined ? ignores : [...ignores, `gets only events for which ${printable(where)}`];
}
