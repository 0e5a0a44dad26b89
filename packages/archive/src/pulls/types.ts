/**
 * What pull sessions are made from, and what they are. Times are ISO 8601 text in UTC with microseconds, durations
 * milliseconds, sizes bytes, digests `algorithm:hex`.
 */
import type { ManifestFacts, RawEvent } from '../images/types.js';

/** How a pull ended, as the archive numbers it. */
export const PULL_STATES = [
  'checked',
  'inspected',
  'cached',
  'complete',
  'unfinished',
  'interrupted',
  'redirected',
] as const;
/** One of {@link PULL_STATES}. */
export type PullState = (typeof PULL_STATES)[number];

/** What makes two requests those of one client. */
export type ClientKey = readonly ('addr' | 'actor' | 'agent')[];

/** What the registry's log says of a request. */
export interface LogFacts {
  requestId: string;
  status: number;
  /** Bytes of the body that were written to the connection. */
  written: number;
}

/** See `archive.sessions`. */
export interface SessionSettings {
  key: ClientKey;
  /** Milliseconds that events may be late before a session is closed. */
  grace: number;
}

/** The requests of one pull, in order. */
export interface Session {
  /** Of the client: see {@link ClientKey}. */
  client: string;
  events: RawEvent[];
  tag?: string;
  /** Digest that the tag has, or that was asked for. */
  root?: string;
  /** Manifests that were fetched and have layers: the root, or children of it. */
  images: Set<string>;
  /** GETs by the digest of the layer or config. */
  blobs: Map<string, RawEvent[]>;
  tagHeads: number;
  tagGets: number;
}

/** All that is known of the pulls of a client in a repository, or of all its clients. */
export interface PullScene {
  repository: string;
  /** In any order. */
  events: readonly RawEvent[];
  manifests: ReadonlyMap<string, ManifestFacts>;
  /** By request id. */
  log: ReadonlyMap<string, LogFacts>;
  /** When a client got a blob first. @returns undefined: not in the 30 days before */
  seenAt(client: string, digest: string): string | undefined;
  /** The source answers blobs with the address of a storage. */
  redirects: boolean;
  settings: SessionSettings;
}

/** A layer or config of a pull. */
export interface PullPart {
  digest: string;
  size?: number;
  config?: true;
  /** `earlier`: this client got it before. */
  state: 'seen' | 'earlier' | 'missing' | 'interrupted';
  /** Of the first and last request for it. */
  startedAt?: string;
  at?: string;
  /** As the registry's log counts them. */
  written?: number;
  /** Fetched in parts. */
  ranged?: true;
}

/** A session as it is judged. */
export interface Pull {
  client: string;
  state: PullState;
  evidence: 'events' | 'events+log';
  events: RawEvent[];
  tag?: string;
  digest?: string;
  mediaType?: string;
  platform?: string;
  expectedBytes?: number;
  transferredBytes?: number;
  clients: number;
  parts: PullPart[];
  startedAt: string;
  at: string;
  /** From here on no event joins it. */
  closesAt: string;
}

interface Common {
  id: string;
  at: string;
  source: string;
  repository: string;
  tag?: string;
  digest?: string;
  actor?: string;
  userAgent?: string;
  addr?: string;
  host?: string;
}

/** A pull as a whole. Absent: not known. */
export interface ImagePulled extends Common {
  action: 'image.pulled';
  /** The same in a correction of it, and in `pull.interrupted`. */
  session: string;
  state: PullState;
  evidence: Pull['evidence'];
  mediaType?: string;
  platform?: string;
  /** Configs and layers of what was pulled. */
  expectedBytes?: number;
  transferredBytes?: number;
  layers: number;
  /** Of them: requested now, and known to be there. */
  layersPulled: number;
  layersCached: number;
  /** At least so many behind this address. */
  clients: number;
  startedAt: string;
  /** Milliseconds. */
  duration: number;
  /** Requests that belong to it. */
  events: number;
  /** An event that was late has changed what was reported. */
  corrected?: true;
}

/** A client went away in a layer. */
export interface PullInterrupted extends Common {
  action: 'pull.interrupted';
  session: string;
  /** Digest of the layer. */
  layer: string;
  size: number;
  transferredBytes: number;
}

/** A registry refused a pull, or did not know what was asked for. */
export interface PullFailed extends Common {
  action: 'pull.failed';
  status: number;
  method: string;
  /** Path and query of the request. */
  uri: string;
}

/** One of class `pull`. */
export type PullEvent = ImagePulled | PullInterrupted | PullFailed;
