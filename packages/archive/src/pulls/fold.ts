/** Requests of a repository, in order, as the pulls that they belong to. */
import { isIndex } from '../images/artifacts.js';
import { between, inOrder } from '../images/order.js';
import type { ManifestFacts, RawEvent } from '../images/types.js';
import { isComplete, isLeaf, outstandingOf, partsOf } from './parts.js';
import type { ClientKey, PullScene, Session } from './types.js';

/** A HEAD and the GET that follows it, and two clients that begin together. Milliseconds. */
const TOGETHER_MS = 60_000;
/** The event of a layer comes at its end: a slow client gets a MiB in a second. */
const LEAST_RATE = 2 ** 20 / 1_000;
const UNKNOWN_MS = 10 * 60_000;
/** A client that is silent for longer has finished. Milliseconds. */
const LONGEST_SILENCE_MS = 2 * 3_600_000;
/** Of one pull. Milliseconds. */
const LONGEST_PULL_MS = 12 * 3_600_000;

/** @returns all of them, in the order of their first request */
export function sessionsOf(scene: PullScene): Session[] {
  const all: Session[] = [];
  const open = new Map<string, Session[]>();
  for (const event of inOrder(scene.events)) {
    const client = clientOf(event, scene.settings.key);
    const known = (open.get(client) ?? []).filter((one) => event.at <= closesAt(one, scene));
    const session = place(event, known, scene);
    if (session === 'new') {
      const begun = begin(event, client);
      all.push(begun);
      known.push(begun);
      add(begun, event, scene);
    } else if (session) add(session, event, scene);
    open.set(client, known);
  }
  return all;
}

/** One client has many connections, so the port is no part of it. */
export function clientOf({ source, addr, actor, userAgent }: RawEvent, key: ClientKey): string {
  const parts = { addr, actor, agent: userAgent };
  return JSON.stringify([source, ...key.map((name) => parts[name] ?? null)]);
}

/** The moment after which nothing joins it. */
export function closesAt(session: Session, scene: PullScene): string {
  const first = session.events[0]?.at ?? '';
  const last = session.events.at(-1)?.at ?? '';
  const latest = Date.parse(first) + LONGEST_PULL_MS;
  return `${new Date(Math.min(latest, Date.parse(last) + silenceOf(session, scene))).toISOString().slice(0, -1)}999Z`;
}

function silenceOf(session: Session, scene: PullScene): number {
  if (session.images.size === 0) return TOGETHER_MS;
  const outstanding = outstandingOf(session, scene);
  if (!outstanding) return UNKNOWN_MS;
  const largest = Math.max(0, ...outstanding.map(({ size = 0 }) => size));
  return Math.min(LONGEST_SILENCE_MS, TOGETHER_MS + largest / LEAST_RATE);
}

/** The pull that a request belongs to; `new` for one that begins a pull, undefined for one that belongs to none. */
function place(event: RawEvent, open: Session[], scene: PullScene): Session | 'new' | undefined {
  const newest = open.toReversed();
  if (event.target === 'blob' && !isManifestOf(event, open, scene)) return placeBlob(event, newest, scene);
  if (event.method === undefined) return 'new';
  if (event.tag !== undefined) return newest.find((one) => joinsByTag(event, one, scene)) ?? 'new';
  const root = newest.find((one) => one.root === event.digest && isBeginning(event, one));
  if (root) return root;
  const lists = ({ root }: Session): boolean => listed(scene, root).some((digest) => digest === event.digest);
  return (
    newest.find((one) => lists(one) && !isComplete(one, scene)) ??
    newest.find(lists) ??
    newest.find((one) => isUnknownIndex(one, scene) && isBeginning(event, one)) ??
    'new'
  );
}

function placeBlob({ digest, method }: RawEvent, newest: Session[], scene: PullScene): Session | undefined {
  if (method === 'HEAD' || digest === undefined) return undefined;
  const expects = (one: Session): boolean =>
    partsOf(one, scene)?.some((part) => part.digest === digest) ?? false;
  return (
    newest.find((one) => expects(one) && !one.blobs.has(digest)) ??
    newest.find(expects) ??
    newest.find((one) => one.images.size > 0 && !partsOf(one, scene))
  );
}

/** containerd fetches a manifest through the address of a blob at times (containerd/containerd#7391). */
const isManifestOf = ({ digest }: RawEvent, open: readonly Session[], scene: PullScene): boolean =>
  open.some(({ root }) => root === digest || listed(scene, root).some((one) => one === digest));

function joinsByTag(event: RawEvent, session: Session, scene: PullScene): boolean {
  if (session.root !== event.digest) return false;
  if (session.tag !== undefined && session.tag !== event.tag) return false;
  if (isComplete(session, scene)) return false;
  return session.blobs.size > 0 || isBeginning(event, session);
}

const isBeginning = (event: RawEvent, { events }: Session): boolean =>
  events[0] !== undefined && between(events[0].at, event.at) <= TOGETHER_MS;

const factsOf = (scene: PullScene, digest: string | undefined): ManifestFacts | undefined =>
  digest === undefined ? undefined : scene.manifests.get(digest);

function listed(scene: PullScene, root: string | undefined): string[] {
  const facts = factsOf(scene, root);
  return isIndex(facts) ? (facts?.references ?? []).map(({ digest }) => digest) : [];
}

const isUnknownIndex = ({ root, events }: Session, scene: PullScene): boolean =>
  !factsOf(scene, root)?.references &&
  events.some(({ digest, target }) => digest === root && target === 'index');

const begin = ({ digest, tag }: RawEvent, client: string): Session => ({
  client,
  events: [],
  ...(tag !== undefined && { tag }),
  ...(digest !== undefined && { root: digest }),
  images: new Set(),
  blobs: new Map(),
  tagHeads: 0,
  tagGets: 0,
});

function add(session: Session, event: RawEvent, scene: PullScene): void {
  const { digest, tag, method, target } = event;
  session.events.push(event);
  if (tag !== undefined) {
    session.tag ??= tag;
    if (method === 'HEAD') session.tagHeads++;
    else session.tagGets++;
  }
  if (digest === undefined || method === 'HEAD') return;
  const isBlob = target === 'blob' && !isManifestOf(event, [session], scene);
  if (isBlob) session.blobs.set(digest, [...(session.blobs.get(digest) ?? []), event]);
  else if (isLeaf(event, scene)) session.images.add(digest);
}
