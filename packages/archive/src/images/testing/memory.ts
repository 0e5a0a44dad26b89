/** An archive in memory, for what is decided about events in the registry's own form. */
import { decide } from '../decide.js';
import { inOrder, isManifestPush } from '../order.js';
import { wasAt } from '../store/scene.js';
import type {
  ImageEvent,
  ImageSettings,
  ManifestFacts,
  RawEvent,
  Reference,
  Reported,
  TagBefore,
} from '../types.js';

/** An event as the registry sends it, as far as it is read here. */
export interface Sent {
  id: string;
  timestamp: string;
  action: RawEvent['action'];
  target: {
    mediaType?: string;
    digest?: string;
    size?: number;
    repository: string;
    tag?: string;
    references?: {
      mediaType?: string;
      digest: string;
      size?: number;
      platform?: { os: string; architecture: string; variant?: string };
      artifactType?: string;
      annotations?: Record<string, string>;
    }[];
  };
  request: { id: string; addr: string; method: string; useragent: string; host: string };
  actor: { name?: string };
}

/** All that is kept between two turns; plain JSON. */
export interface Kept {
  events: (RawEvent & { repository: string; arrived: number })[];
  open: string[];
  manifests: [digest: string, facts: ManifestFacts][];
  reported: (Reported & { repository: string })[];
}

export const SETTINGS: ImageSettings = { settle: 2_000, orphan: 900_000, untagged: false };

/** Without what a registry leaves out when it is not configured to list references. */
export const withoutReferences = ({ target: { references: _, ...target }, ...event }: Sent): Sent => ({
  ...event,
  target,
});

export class Memory {
  kept: Kept = { events: [], open: [], manifests: [], reported: [] };

  constructor(private readonly settings: ImageSettings = SETTINGS) {}

  /** As the writer of the archive: an event that is known already changes nothing. */
  store(sent: readonly Sent[], arrived: number): void {
    for (const one of sent) {
      if (this.kept.events.some(({ id }) => id === one.id)) continue;
      const event = { ...rawOf(one), repository: one.target.repository, arrived };
      this.kept.events.push(event);
      if (isManifestPush(event) || event.action === 'delete') this.kept.open.push(event.id);
      const { digest, references, mediaType, size } = one.target;
      if (references && digest) {
        this.kept.manifests.push([digest, { mediaType, size, references: references.map(referenceOf) }]);
      }
    }
  }

  /** What is decided at this moment. */
  turn(now: number): ImageEvent[] {
    const { events, open, reported } = this.kept;
    const repositories = [...new Set(events.map(({ repository }) => repository))].sort();
    return repositories.flatMap((repository) => {
      const own = events.filter((event) => event.repository === repository);
      const decision = decide({
        repository,
        open: own.filter(({ id }) => open.includes(id)),
        nearby: own.filter(({ id }) => !open.includes(id)),
        age: (event) => now - (own.find(({ id }) => id === event.id)?.arrived ?? now),
        before: beforeOf(own, open),
        manifests: new Map(this.kept.manifests),
        reported: reported.filter((one) => one.repository === repository),
        settings: this.settings,
      });
      this.kept.open = this.kept.open.filter((id) => !decision.done.includes(id));
      const made = decision.made.map(({ event }) => event);
      for (const event of made) {
        if (event.action !== 'image.pushed' || event.digest === undefined) continue;
        const { id, at, digest, tags, source, sources = [source] } = event;
        reported.push({ id, at, digest, tags, sources, repository });
      }
      return made;
    });
  }
}

function rawOf({ id, timestamp, action, target, request, actor }: Sent): RawEvent {
  const { mediaType, digest, size, tag } = target;
  return {
    id,
    at: `${timestamp.slice(0, 19)}.${(/\.(\d+)Z$/.exec(timestamp)?.[1] ?? '').padEnd(6, '0').slice(0, 6)}Z`,
    source: 'registry',
    sender: 'distribution',
    action,
    target: targetOf(mediaType),
    ...(digest && { digest }),
    ...(tag && { tag }),
    ...(mediaType && { mediaType }),
    ...(size && { size }),
    method: request.method,
    requestId: request.id,
    ...(actor.name && { actor: actor.name }),
    userAgent: request.useragent,
    addr: request.addr.replace(/:\d+$/, ''),
    host: 'registry:5000',
  };
}

function targetOf(mediaType: string | undefined): RawEvent['target'] {
  if (!mediaType) return 'unknown';
  if (mediaType === 'application/octet-stream') return 'blob';
  return mediaType.includes('index') || mediaType.includes('list') ? 'index' : 'manifest';
}

type SentReference = NonNullable<Sent['target']['references']>[number];

function referenceOf({
  digest,
  mediaType,
  size,
  platform,
  artifactType,
  annotations,
}: SentReference): Reference {
  const { os, architecture, variant } = platform ?? {};
  const reference = annotations?.['vnd.docker.reference.type'];
  return {
    digest,
    ...(mediaType && { mediaType }),
    ...(size && { size }),
    ...(os && { platform: [os, architecture, variant].filter(Boolean).join('/') }),
    ...(artifactType && { artifactType }),
    ...(reference && { reference }),
  };
}

/** Tags before each push and delete, as `tag_move` has them. */
function beforeOf(events: readonly RawEvent[], open: readonly string[]): Map<string, TagBefore[]> {
  const before = new Map<string, TagBefore[]>();
  const tags = new Map<
    string,
    { digest: string | null; gone: boolean; changes: TagBefore[]; reported: boolean }
  >();
  for (const event of inOrder(events)) {
    if (!isManifestPush(event) && event.action !== 'delete') continue;
    const named = event.tag !== undefined ? [event.tag] : [];
    const cleared = [...tags].filter(
      ([, { digest }]) => event.digest !== undefined && digest === event.digest,
    );
    const touched =
      event.action === 'delete' && event.tag === undefined ? cleared.map(([tag]) => tag) : named;
    for (const tag of touched) {
      const was = tags.get(tag);
      const change: TagBefore = { tag, ...(was && wasAt(was.digest, was.gone)), late: false };
      const isOpen = open.includes(event.id);
      if (!isOpen) for (const earlier of was?.changes ?? []) earlier.late = true;
      before.set(event.id, [...(before.get(event.id) ?? []), change]);
      const gone = event.action === 'delete';
      const digest = gone ? null : (event.digest ?? null);
      tags.set(tag, { digest, gone, changes: [...(was?.changes ?? []), change], reported: !isOpen });
    }
  }
  return before;
}
