/**
 * Which source a request belongs to, whether it may, and what it came to.
 *
 * `POST /sources/NAME` is exactly that source. On the open path, `POST /registry/notifications`, the kind is
 * told from the request: while no source is configured each kind is a source there, of the kind's name;
 * with sources, only they are. Nothing is taken or quarantined there before a secret has matched of the
 * source that gets it, so the path is no way around one.
 */

import type { ResolvedAuth } from './auth.js';
import { type Body, decodeBody } from './body.js';
import { KINDS } from './kinds.js';
import { OPEN_PATH, parsePath, pathOf } from './paths.js';
import { type Kind, type Opened, type RawRequest, unreadable } from './port.js';
import { unauthorized, unknownPath, wrongMethod } from './refusals.js';
import { anyKind, entitledTo, type Source, type SourceConfig, sourcesFrom } from './source.js';

/** The part of the configuration that sources are made of. */
export interface SourcesConfig {
  sources: readonly SourceConfig[];
  /** `ingest.auth`: of the open path while there are no sources, and of sources without their own. */
  auth?: ResolvedAuth;
  /** `notifications.events.includereferences`; false unless set. */
  includeReferences?: boolean;
}

/** What a request came to, and through which source; both are `unknown` where nobody could tell. */
export interface OpenedRequest extends Opened {
  source: string;
  kind: string;
}

/** All sources of a process. Immutable and without state. */
export interface Sources {
  /** The paths that webhooks may be posted to. */
  readonly paths: readonly string[];
  /**
   * Verifies a request and makes events of it. A body that cannot be read is quarantined, not an error.
   * @throws LongshoreError `SOURCE_UNKNOWN`, `SOURCE_METHOD` or `SOURCE_UNAUTHORIZED`.
   */
  open(raw: RawRequest): OpenedRequest;
  /**
   * Makes events of a request that was verified when it arrived and was kept without its secrets since.
   * @param source where `open` had put it. If there is no such source any more, it is told anew.
   */
  reopen(source: string, raw: RawRequest): OpenedRequest;
}

/** Names of the kinds that a source can have. */
export const sourceKinds: readonly string[] = KINDS.map(({ kind }) => kind);

/** @throws LongshoreError `CONFIG_INVALID` when a source has an unknown kind or the name of another. */
export function createSources(config: SourcesConfig, kinds: readonly Kind[] = KINDS): Sources {
  const configured = sourcesFrom(config, kinds);
  const listening = configured.length > 0 ? configured : anyKind(config, kinds);
  const paths = [OPEN_PATH, ...configured.map(({ name }) => pathOf(name))];
  const told = kinds.filter((kind) => listening.some((source) => source.kind === kind));
  const { includeReferences = false } = config;

  return {
    paths,
    open(raw) {
      const path = parsePath(raw.path);
      const named = configured.find(({ name }) => name === path.source);
      if (!path.open && !named) throw unknownPath(raw, paths);
      if (raw.method !== 'POST') throw wrongMethod(raw);
      const entitled = entitledTo(raw, named ? [named] : listening);
      // Before the body is looked at: whoever has no secret gets nothing parsed.
      if (entitled.length === 0) throw unauthorized(named ? `source ${named.name}` : OPEN_PATH);
      const body = decodeBody(raw.body);
      if (named) return openWith(named, raw, body, includeReferences);
      const kind = tellKind(told, raw, body);
      const source = entitled.find((candidate) => candidate.kind === kind);
      if (kind && !source) throw unauthorized(`the sources of kind ${kind.kind}`);
      return openWith(source, raw, body, includeReferences);
    },
    reopen(name, raw) {
      const body = decodeBody(raw.body);
      const kind = tellKind(told, raw, body);
      const source =
        listening.find((candidate) => candidate.name === name) ??
        listening.find((candidate) => candidate.kind === kind);
      return openWith(source, raw, body, includeReferences);
    },
  };
}

/** The first kind that takes the request for one of its own. */
function tellKind(kinds: readonly Kind[], raw: RawRequest, body: Body): Kind | undefined {
  const value = body.state === 'json' ? body.value : undefined;
  return kinds.find((kind) => kind.recognizes(raw, value));
}

function openWith(
  source: Source | undefined,
  raw: RawRequest,
  body: Body,
  includeReferences: boolean,
): OpenedRequest {
  const from = { source: source?.name ?? 'unknown', kind: source?.kind.kind ?? 'unknown' };
  if (body.state === 'empty') return { ...from, taken: [], quarantined: [], note: 'the body is empty' };
  if (body.state === 'unreadable') return { ...from, ...unreadable(raw, body.reason) };
  if (!source) return { ...from, ...unreadable(raw, 'the body is in no format that is taken here') };
  const { value, text } = body;
  try {
    return { ...from, ...source.kind.open({ raw, value, text, source: source.name, includeReferences }) };
  } catch (fault) {
    // A kind never throws. Should one, the request is better kept than refused: its sender repeats it for ever.
    return { ...from, ...unreadable(raw, 'Longshore failed to read the body', fault) };
  }
}
