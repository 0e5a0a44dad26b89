/** Requests of clients as the archive has them, and what is made of them. */
import type { ManifestFacts, RawEvent } from '../images/types.js';
import { clientOf, sessionsOf } from './fold.js';
import { judge } from './judge.js';
import type { LogFacts, Pull, PullScene } from './types.js';

/** Media type of an image. */
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
/** Media type of an index. */
export const INDEX = 'application/vnd.oci.image.index.v1+json';
const START_MS = Date.parse('2026-11-30T12:00:00Z');

/** A moment of the tests. @param seconds after their begin */
export const time = (seconds: number): string =>
  `${new Date(START_MS + seconds * 1_000).toISOString().slice(0, -1)}000Z`;

/** What a client asks for; `seconds` after the begin. */
export interface Request {
  at: number;
  method?: 'GET' | 'HEAD';
  digest: string;
  tag?: string;
  target?: RawEvent['target'];
  addr?: string;
  agent?: string;
  /** Of the registry's log. */
  log?: { status: number; written: number };
}

const SIZES: Record<string, number> = { config: 100, one: 1_000, two: 2_000, arm: 3_000 };

/** An image of two layers, an image for arm, and an index of both. */
export const MANIFESTS: ReadonlyMap<string, ManifestFacts> = new Map([
  ['app', image('config', 'one', 'two')],
  ['app-arm', image('config-arm', 'arm')],
  [
    'index',
    {
      mediaType: INDEX,
      references: [
        { digest: 'app', mediaType: MANIFEST, platform: 'linux/amd64' },
        { digest: 'app-arm', mediaType: MANIFEST, platform: 'linux/arm64' },
      ],
    },
  ],
]);

function image(...digests: string[]): ManifestFacts {
  return {
    mediaType: MANIFEST,
    references: digests.map((digest) => ({ digest, size: SIZES[digest] ?? 10 })),
  };
}

/** In the order in which they are given; each has its own id. */
export function scene(requests: readonly Request[], more: Partial<PullScene> = {}): PullScene {
  const events = requests.map(eventOf);
  const log = new Map<string, LogFacts>();
  for (const [n, { log: line }] of requests.entries()) {
    const requestId = events[n]?.requestId;
    if (line && requestId) log.set(requestId, { requestId, ...line });
  }
  return {
    repository: 'team/app',
    events,
    manifests: MANIFESTS,
    log,
    seenAt: () => undefined,
    redirects: false,
    settings: { key: ['addr', 'actor', 'agent'], grace: 30_000 },
    ...more,
  };
}

function eventOf(
  { at, method, digest, tag, target, addr = '10.0.0.1', agent = 'crane' }: Request,
  n: number,
): RawEvent {
  const kind = target ?? (MANIFESTS.has(digest) ? (digest === 'index' ? 'index' : 'manifest') : 'blob');
  const size = SIZES[digest];
  return {
    id: `event ${String(n).padStart(3, '0')}`,
    at: time(at),
    source: 'registry',
    sender: 'distribution',
    action: 'pull',
    target: kind,
    digest,
    ...(tag !== undefined && { tag }),
    ...(kind === 'index' && { mediaType: INDEX }),
    ...(size !== undefined && { size }),
    ...(method !== undefined && { method }),
    requestId: `request ${n}`,
    addr,
    userAgent: agent,
  };
}

/** GETs of manifests and blobs, a second apart. @param wanted `digest` or `digest:tag` */
export const gets = (at: number, ...wanted: string[]): Request[] =>
  wanted.map((name, n) => {
    const [digest = '', tag] = name.split(':');
    return { at: at + n, method: 'GET', digest, ...(tag !== undefined && { tag }) };
  });

/** A HEAD of a tag. */
export const head = (at: number, name: string): Request => {
  const [digest = '', tag = ''] = name.split(':');
  return { at, method: 'HEAD', digest, tag };
};

/** What is made of a scene. */
export const pullsOf = (given: PullScene): Pull[] =>
  sessionsOf(given).map((session) => judge(session, given));

/** `tag state transferred/expected`, in the order of their begins. */
export const linesOf = (requests: readonly Request[], more: Partial<PullScene> = {}): string[] =>
  pullsOf(scene(requests, more)).map(
    ({ tag, digest, state, transferredBytes, expectedBytes, clients }) =>
      `${tag ?? digest} ${state} ${transferredBytes ?? '?'}/${expectedBytes ?? '?'}${clients > 1 ? ` ${clients} clients` : ''}`,
  );

/** One client has these blobs from a day before. */
export function has(...digests: string[]): PullScene['seenAt'] {
  const client = clientOf(eventOf({ at: 0, digest: 'one' }, 0), ['addr', 'actor', 'agent']);
  return (asked, digest) => (asked === client && digests.includes(digest) ? time(-86_400) : undefined);
}
