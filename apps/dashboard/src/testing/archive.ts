/** A reader that answers what a test gives it, for what no database would say: hostile texts, and errors. */
import type { ArchivedEvent, ArchivedTag, Coverage, DayCounts } from '@longshore/archive/items';
import type { ArchiveReader } from '@longshore/archive/read';
import type { ArchivedImageEvent, SessionDetail } from '@longshore/archive/sessions';

export const AT = '2026-11-21T09:30:05.730123Z';
export const DIGEST = `sha256:${'a'.repeat(64)}`;

export const COVERAGE: Coverage = {
  since: '2026-11-01T00:00:00.000000Z',
  until: AT,
  sources: [{ source: 'eu', kind: 'distribution' }],
  spans: [],
};

/** Every text field is `text`. */
export const eventOf = (text: string): ArchivedEvent => ({
  ...{ id: text, at: AT, receivedAt: AT, source: text, kind: text, action: text, target: 'manifest' },
  ...{ repository: text, tag: text, digest: text, mediaType: text, size: 1_234, fromRepository: text },
  ...{ actor: text, addr: text, client: text, method: text, host: text, requestId: text },
  body: { text },
});

export const tagOf = (text: string): ArchivedTag => ({
  ...{ repository: text, source: text, tag: text, digest: text, deleted: false, since: AT },
  ...{ pushedAt: AT, pushedBy: text, mediaType: text, size: 1_234, lastPullAt: AT },
});

const DAY: DayCounts = { day: '2026-11-21', pulls: 3, checks: 2, pushes: 1, deletes: 1, bytes: 1_234 };

/** Every text field is `text`, but for the action. */
export const imageEventOf = (text: string): ArchivedImageEvent => ({
  ...{ id: text, at: AT, action: 'image.pushed', source: text, repository: text, tags: [text], digest: text },
  ...{ mediaType: text, artifact: 'image', platforms: [{ platform: text, digest: text, size: 1_234 }] },
  ...{ attestations: 1, size: 1_234, pushedBytes: 1, mountedBytes: 2, reusedBytes: 3, previousDigest: text },
  ...{ unchanged: false, changedPlatforms: [text], actor: text, userAgent: text, addr: text, host: text },
  ...{ startedAt: AT, events: 1 },
});

/** Every text field is `text`, but for its state. */
export const pullOf = (text: string): SessionDetail => ({
  ...{ session: text, startedAt: AT, at: AT, open: false, state: 'interrupted', evidence: 'events+log' },
  ...{ repository: text, source: text, tag: text, digest: text, platform: text, expectedBytes: 3_000 },
  ...{ transferredBytes: 1_500, layers: 3, layersPulled: 1, layersCached: 1, clients: 2, actor: text },
  ...{ addr: text, client: text, events: 4, requests: [eventOf(text)] },
  parts: [
    { digest: text, size: 1_000, config: true, state: 'seen', startedAt: AT, at: AT },
    { digest: `${text}1`, size: 2_000, state: 'interrupted', startedAt: AT, at: AT, written: 500 },
    { digest: `${text}2`, size: 2_000, state: 'earlier' },
    { digest: `${text}3`, state: 'missing' },
  ],
});

const SESSION_DAY = {
  ...{ day: '2026-11-21', pulls: 4, bytes: 1_234, checked: 5, inspected: 1, cached: 1, complete: 1 },
  ...{ unfinished: 1, interrupted: 1, redirected: 0 },
};

/** Everything it knows is called `text`. */
export function archiveOf(text: string, overrides: Partial<ArchiveReader> = {}): ArchiveReader {
  const tag = tagOf(text);
  const repository = { repository: text, source: text, firstAt: AT, lastAt: AT, lastPushAt: AT };
  const place = { repository: text, source: text, digest: text };
  const top = { ...DAY, name: text, repository: text, source: text, tag: text };
  const seen = { source: text, since: AT, until: AT };
  return {
    events: async () => ({ items: [eventOf(text)], next: text }),
    repositories: async () => ({ items: [repository], next: text }),
    repository: async () => ({ ...repository, lastPullAt: AT, otherSources: [text], tags: 1 }),
    tags: async () => ({ items: [tag, { ...tag, tag: `${text}2`, deleted: true }], next: text }),
    tag: async () => tag,
    tagMoves: async () => ({
      items: [{ ...tag, at: AT, from: text, to: text, moved: true, deleted: false, by: text }],
      next: text,
    }),
    image: async () => ({
      ...{ digest: text, mediaType: text, size: 1_234, platform: text, pushedAt: AT, pushedBy: text },
      ...{ references: [{ digest: text, mediaType: text, platform: text, size: 1 }], parents: [place] },
      ...{ tags: [tag], repositories: [place] },
    }),
    imagePullers: async () => [
      { actor: text, addr: text, client: text, ...place, lastAt: AT, pulls: 1, checks: 0, platformPulls: 1 },
    ],
    pullsPerDay: async () => [DAY],
    top: async () => [top],
    unused: async () => ({ items: [{ ...tag, unusedSince: AT, neverPulled: false }], next: text }),
    coverage: async () => ({
      ...COVERAGE,
      sources: [{ source: text, kind: text }, COVERAGE.sources[0] ?? { source: 'eu', kind: 'eu' }],
      spans: [{ ...seen, verdict: 'gap', note: text }],
    }),
    imageEvents: async () => ({ items: [imageEventOf(text)], next: text }),
    imageEvent: async () => ({ event: imageEventOf(text), requests: [eventOf(text)] }),
    sessions: async () => {
      const { parts: _parts, requests: _requests, ...session } = pullOf(text);
      return { items: [session], next: text };
    },
    session: async () => pullOf(text),
    sessionsPerDay: async () => [SESSION_DAY],
    ...overrides,
  };
}
