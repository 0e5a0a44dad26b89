/** Events by chance, the same for the same seed, with texts that are hard on SQL, and the plain filter over them. */
import { type Delivery, eventOf, globMatcher } from '@longshore/event';
import type { EventFilter } from '../read/types.js';
import { delivery, digestOf, MANIFEST, NOON } from './deliveries.js';

/** Texts that an SQL, a pattern or a shell would take for something else. */
export const HOSTILE = [
  '100%',
  'a_b',
  'a\\b',
  "o'brien",
  '"quoted"',
  'nul\0nul',
  '=1+1',
  'é/ü',
  '; drop table event --',
  'x'.repeat(255),
];

const REPOSITORIES = [
  'acme/app',
  'acme/app-worker',
  'team/api',
  'library/redis',
  'a',
  'Acme/App',
  ...HOSTILE,
];
const TAGS = ['latest', '1.0', '1.1', 'acme', ...HOSTILE.map((text) => text.slice(0, 128))];
const ACTORS = ['ci', 'anna', 'acme', ...HOSTILE];
const AGENTS = ['containerd/v2.0.0', 'docker/27.1 go/1.22', 'kaniko', ...HOSTILE];
const SOURCES = ['distribution', 'harbor', "it's"];
const ADDRESSES = ['10.1.2.3:4000', '10.1.2.4:4001', '10.1.3.5:1', '[2001:db8::1]:80', '192.168.0.1'];
const ACTIONS = ['pull', 'pull', 'pull', 'push', 'push', 'mount', 'delete'];
const BLOB = 'application/octet-stream';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of these. */
export const pick = <Item>(random: () => number, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;

/** Deliveries within 40 days before {@link NOON}, many of them at equal times. */
export function randomDeliveries(count: number, seed: number): Delivery[] {
  const random = chance(seed);
  const maybe = <Item>(items: readonly Item[]): Item | undefined =>
    random() < 0.8 ? pick(random, items) : undefined;
  return Array.from({ length: count }, (_, n) => {
    const action = pick(random, ACTIONS);
    const mediaType = random() < 0.5 ? MANIFEST : BLOB;
    const one = delivery({
      id: n % 7 === 0 ? `event ${n} ${pick(random, HOSTILE)}` : uuidOf(random),
      source: pick(random, SOURCES),
      action,
      at: -Math.floor(random() ** 2 * 40 * 86_400 * 4) / 4,
      repository: pick(random, REPOSITORIES),
      digest: digestOf(`content ${Math.floor(random() * 200)}`),
      mediaType,
      actor: maybe(ACTORS) ?? '',
      agent: maybe(AGENTS) ?? '',
      addr: maybe(ADDRESSES) ?? '',
      method: pick(random, ['GET', 'HEAD', 'PUT']),
      ...(random() < 0.6 && { tag: pick(random, TAGS) }),
      ...(random() < 0.2 && { receivedAt: NOON + Math.floor(random() * 1_000) }),
    });
    return mediaType === BLOB ? ofBlob(one) : one;
  });
}

function ofBlob(one: Delivery): Delivery {
  const text = JSON.stringify(one.payload.event);
  return { ...one, payload: { event: JSON.parse(text.replace('/manifests/', '/blobs/')) } };
}

function uuidOf(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** As the archive keeps text: without U+0000. */
export const kept = (text: string | undefined): string | undefined => text?.replaceAll('\0', '\uFFFD');

/** Does an event match, by the words of `EventFilter`? */
export function matches(filter: EventFilter, one: Delivery): boolean {
  const { action, target, request, actor } = eventOf(one);
  const repository = kept(target.repository) ?? '';
  const digest = target.digest ?? '';
  const agent = kept(request?.useragent) ?? '';
  const at = timeOf(one);
  const isDigest = (part: string) => digest.startsWith(part) || digest.slice(7).startsWith(part);
  const has = (part: string, whole: string) => whole.toLowerCase().includes((kept(part) ?? '').toLowerCase());
  const isText = (text: string) =>
    has(text, repository) ||
    kept(target.tag) === kept(text) ||
    kept(actor?.name) === kept(text) ||
    (/^(sha256:)?[0-9a-f]{8,}$/.test(text) && isDigest(text));
  const address = (request?.addr ?? '').replace(/^\[(.*)\]:\d+$|^([^:]+):\d+$/, '$1$2');
  const checks: { [Name in keyof EventFilter]?: (wanted: string) => boolean } = {
    text: isText,
    repository: (wanted) => kept(wanted) === repository || globMatcher([wanted])(repository),
    tag: (wanted) => kept(target.tag) === kept(wanted),
    digest: isDigest,
    actor: (wanted) => kept(actor?.name) === kept(wanted),
    addr: (wanted) => (wanted.endsWith('/16') ? address.startsWith('10.1.') : address === wanted),
    client: (wanted) => agent !== '' && has(wanted, agent),
    action: (wanted) => action === wanted,
    source: (wanted) => one.source === wanted,
    since: (wanted) => at >= Date.parse(wanted),
    until: (wanted) => at < Date.parse(wanted),
    target: (wanted) => (wanted === 'image') === (target.mediaType === MANIFEST),
    id: (wanted) => one.eventId === wanted,
  };
  return Object.entries(filter).every(
    ([name, wanted]) => checks[name as keyof EventFilter]?.(String(wanted)) ?? false,
  );
}

/** Epoch milliseconds. */
export const timeOf = (one: Delivery): number => Date.parse(eventOf(one).timestamp ?? '');
