/**
 * Which source a request belongs to, whether it may, and what it came to.
 *
 * `POST /sources/NAME` is exactly that source. On the open path, `POST /registry/notifications`, the kind is
 * told from the request: while no source is configured each kind is a source there, of the kind's name;
 * with sources, only they are. Nothing is taken, quarantined or answered there before a secret has matched of
 * the source that gets it, so the path is no way around one.
 */

import type { ResolvedAuth } from './auth.js';
import { type Body, decodeBody, decodeRequest } from './body.js';
import { isBatchLongerThan } from './cloudevents/decode.js';
import { KINDS } from './kinds.js';
import { bodilessOfAnother, formOfAnother, unlessOfAnother } from './other-kind.js';
import { OPEN_PATH, parsePath, pathOf } from './paths.js';
import {
  type Kind,
  MAX_EVENTS,
  type Opened,
  type RawRequest,
  type RequestHead,
  TOO_MANY_EVENTS,
  unreadable,
} from './port.js';
import { unauthorized, unknownPath, wrongMethod } from './refusals.js';
import {
  anyKind,
  type Entitled,
  entitled,
  type Judged,
  judge,
  type Source,
  type SourceConfig,
  sourcesFrom,
} from './source.js';

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

/** A request whose head was looked at and not refused. */
export interface Admission {
  /** False: the answer is known already, and the body need not be read. */
  readonly takesBody: boolean;
  /**
   * Verifies what only the body can prove, and makes events of it. A body that cannot be read is quarantined,
   * not an error. Rejects with LongshoreError `SOURCE_UNAUTHORIZED`.
   */
  open(raw: RawRequest): Promise<OpenedRequest>;
}

/** All sources of a process. Immutable and, but for the keys of `oidc` issuers, without state. */
export interface Sources {
  /** The paths that webhooks may be posted to. */
  readonly paths: readonly string[];
  /**
   * Looks at all of a request but its body: path, method, and every secret that needs no body.
   * Rejects with LongshoreError `SOURCE_UNKNOWN`, `SOURCE_METHOD`, `SOURCE_UNAUTHORIZED` or `SOURCE_KEYS`.
   */
  admit(head: RequestHead): Promise<Admission>;
  /** Both steps, for a request that is there as a whole. */
  open(raw: RawRequest): Promise<OpenedRequest>;
  /**
   * Makes events of a request that was verified when it arrived and was kept without its secrets since.
   * @param source where `open` had put it. If there is no such source any more, it is told anew.
   */
  reopen(source: string, raw: RawRequest): OpenedRequest;
}

/** Names of the kinds that a source can have. */
export const sourceKinds: readonly string[] = KINDS.map(({ kind }) => kind);

/** @throws LongshoreError `CONFIG_INVALID` when a source cannot be used or has the name of another. */
export function createSources(config: SourcesConfig, kinds: readonly Kind[] = KINDS): Sources {
  const configured = sourcesFrom(config, kinds);
  const listening = configured.length > 0 ? configured : anyKind(config, kinds);
  const paths = [OPEN_PATH, ...configured.map(({ name }) => pathOf(name))];
  const told = kinds.filter((kind) => listening.some((source) => source.kind === kind));
  const { includeReferences = false } = config;

  const admit = async (head: RequestHead): Promise<Admission> => {
    const { open, source: name, token } = parsePath(head.path);
    const named = configured.find((source) => source.name === name);
    const isThere = open || (named !== undefined && (token === undefined || named.takesToken));
    if (!isThere) throw unknownPath(head, paths);
    const addressed = named ? [named] : listening;
    if (head.method !== 'POST') return await admitHandshake(head, addressed, paths);
    const place = named ? `source ${named.name}` : OPEN_PATH;
    const judged = await judge(head, addressed);
    if (isRefused(judged)) throw unauthorized(place);
    return {
      takesBody: true,
      async open(raw) {
        const allowed = await entitled(judged, raw);
        // Before the body is looked at: a sender without a secret gets nothing parsed.
        if (isEmpty(allowed)) throw unauthorized(place);
        const body = decodeBody(raw.body);
        if (named) return openWith(named, raw, body, includeReferences, kinds);
        const { source, likely } = tell(told, raw, body, allowed);
        if (likely && !source) throw unauthorized(`the sources of kind ${likely.kind}`);
        return openWith(source, raw, body, includeReferences, kinds);
      },
    };
  };

  return {
    paths,
    admit,
    open: async (raw) => (await admit(raw)).open(raw),
    reopen(name, raw) {
      const body = decodeBody(raw.body);
      const ofThatName = listening.find((candidate) => candidate.name === name);
      const source = ofThatName ?? tell(told, raw, body, { proved: listening, open: [] }).source;
      return openWith(source, raw, body, includeReferences, kinds);
    },
  };
}

/** Whose the request is, and the kind that it most likely is of. */
interface Told {
  source?: Source;
  likely?: Kind;
}

/**
 * The first kind that takes the request for one of its own, else those whose it may be too, if the request
 * holds their secret. A source that asks for nothing gets only what is most likely its own.
 */
function tell(kinds: readonly Kind[], raw: RawRequest, body: Body, { proved, open }: Entitled): Told {
  const value = body.state === 'json' ? body.value : undefined;
  const sourceOf = (sources: readonly Source[], kind: Kind) => sources.find((source) => source.kind === kind);
  const unsure: Kind[] = [];
  let sure: Kind | undefined;
  for (const kind of kinds) {
    const claim = sure && sourceOf(proved, sure) ? false : kind.recognizes(raw, value);
    if (claim === true) sure ??= kind;
    else if (claim === 'perhaps') unsure.push(kind);
  }
  const likely = sure ?? unsure[0];
  if (likely === undefined) return {};
  const held = [likely, ...unsure].map((kind) => sourceOf(proved, kind)).find((source) => source);
  return { source: held ?? sourceOf(open, likely), likely };
}

const isEmpty = ({ proved, open }: Entitled) => proved.length + open.length === 0;

const isRefused = (judged: Judged) => [...judged.values()].every((verdict) => verdict === 'refused');

/** A request without an event, such as a handshake: the answer of the first kind that knows it. */
async function admitHandshake(
  head: RequestHead,
  addressed: readonly Source[],
  paths: readonly string[],
): Promise<Admission> {
  const knowing = addressed.filter(({ kind }) => kind.handshake?.(head) !== undefined);
  if (knowing.length === 0) throw wrongMethod(head, paths);
  const judged = await judge(head, knowing);
  if (isRefused(judged)) throw unauthorized('this handshake');
  return {
    takesBody: isEmpty(await entitled(judged)),
    async open(raw) {
      const { proved, open } = await entitled(judged, raw);
      const source = proved[0] ?? open[0];
      const respond = source?.kind.handshake?.(raw);
      if (!source || !respond) throw unauthorized('this handshake');
      const from = { source: source.name, kind: source.kind.kind };
      return { ...from, taken: [], quarantined: [], respond, note: 'a handshake is no event' };
    },
  };
}

function openWith(
  source: Source | undefined,
  raw: RawRequest,
  bytes: Body,
  includeReferences: boolean,
  kinds: readonly Kind[],
): OpenedRequest {
  const body = decodeRequest(bytes, raw, source?.kind);
  const from = { source: source?.name ?? 'unknown', kind: source?.kind.kind ?? 'unknown' };
  if (body.state === 'empty' && !source?.kind.bodiless?.(raw)) {
    const nothing = { taken: [], quarantined: [], note: 'the body is empty' };
    return { ...from, ...(bodilessOfAnother(source?.kind, raw, kinds) ?? nothing) };
  }
  if (body.state === 'unreadable') {
    return { ...from, ...(formOfAnother(source?.kind, raw, kinds) ?? unreadable(raw, body.reason)) };
  }
  if (!source) return { ...from, ...unreadable(raw, 'the body is in no format that is taken here') };
  const { value, text } = body.state === 'json' ? body : { value: undefined, text: '' };
  const { name, kind, options } = source;
  if (isBatchLongerThan(MAX_EVENTS, raw, value)) return { ...from, ...tooManyEvents(kind, raw) };
  try {
    const opened = kind.open({ raw, value, text, source: name, includeReferences, options });
    if (hasTooMany(opened)) return { ...from, ...tooManyEvents(kind, raw) };
    return { ...from, ...unlessOfAnother(opened, kind, raw, value, kinds) };
  } catch (fault) {
    // A kind never throws. Should one, the request is better kept than refused: its sender repeats it for ever.
    return { ...from, ...unreadable(raw, 'Longshore failed to read the body', fault) };
  }
}

/** By what came of it, or by what the kind says that has counted before. */
function hasTooMany({ taken, quarantined }: Opened): boolean {
  return taken.length + quarantined.length > MAX_EVENTS || quarantined[0]?.reason === TOO_MANY_EVENTS;
}

/** All of the request, without the keys to other systems that its kind knows of. */
function tooManyEvents(kind: Kind, raw: RawRequest): Opened {
  return unreadable({ ...raw, body: kind.storable?.(raw.body) ?? raw.body }, TOO_MANY_EVENTS);
}
