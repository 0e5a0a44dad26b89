/**
 * Finds the source of a request, verifies the request, and makes events of it.
 *
 * `POST /sources/NAME` is exactly that source. On the shared path, `POST /registry/notifications`, the request itself
 * shows its kind: while no source is configured each kind is a source there, of the kind's name;
 * with sources, only they are. Nothing is taken, quarantined or answered there before a secret of the source that gets
 * the request has matched, so the path is no way around one.
 */
import { LongshoreError } from '@longshore/event';
import { type Body, decodeBody, decodeRequest } from './body.js';
import type { Kind, Opened } from './kind.js';
import { KINDS } from './kinds/index.js';
import { openBody, unreadable } from './open-body.js';
import { OPEN_PATH, parsePath, pathOf, withoutToken } from './paths.js';
import type { RawRequest, RequestHead } from './request.js';
import {
  anyKind,
  type Entitled,
  entitled,
  type Judged,
  judge,
  type Source,
  type SourcesConfig,
  sourcesFrom,
} from './source.js';
import { bodilessOfAnother, formOfAnother, unlessOfAnother } from './wrong-kind.js';

/** The result of a request, and its source; both are `unknown` for a request that no kind recognizes. */
export interface OpenedRequest extends Opened {
  source: string;
  kind: string;
  /** It held a secret of its source. */
  isProved?: boolean;
}

/** A request whose head was checked and not refused. */
export interface Admission {
  /** False: the answer is known already, and the body need not be read. */
  readonly takesBody: boolean;
  /** Its source, when that is certain without the body. */
  readonly source?: string;
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
   * Checks all of a request but its body: path, method, and every secret that needs no body.
   * Rejects with LongshoreError `SOURCE_UNKNOWN`, `SOURCE_METHOD`, `SOURCE_UNAUTHORIZED` or `SOURCE_KEYS`.
   */
  admit(head: RequestHead): Promise<Admission>;
  /** Both steps, for a whole request. */
  open(raw: RawRequest): Promise<OpenedRequest>;
  /**
   * Makes events of a request that was verified when it arrived and was kept without its secrets since.
   * @param source where `open` had put it. If that source is gone, the request is identified again.
   * @param as name of the kind to read it as, without identifying it
   */
  reopen(source: string, raw: RawRequest, as?: string): OpenedRequest;
}

/** @throws LongshoreError `CONFIG_INVALID` when a source cannot be used or has the name of another. */
export function createSources(config: SourcesConfig, kinds: readonly Kind[] = KINDS): Sources {
  const configured = sourcesFrom(config, kinds);
  const listening = configured.length > 0 ? configured : anyKind(config, kinds);
  const paths = [OPEN_PATH, ...configured.map(({ name }) => pathOf(name))];
  const identifiable = kinds.filter((kind) => listening.some((source) => source.kind === kind));
  const opening: Opening = {
    includeReferences: config.includeReferences ?? false,
    kinds,
    unknownFormat: configured.length > 0 ? NOT_CONFIGURED : UNKNOWN_FORMAT,
  };

  const admit = async (head: RequestHead): Promise<Admission> => {
    const { open, source: name, token } = parsePath(head.path);
    const named = configured.find((source) => source.name === name);
    const isThere = open || (named !== undefined && (token === undefined || named.takesToken));
    if (!isThere) throw unknownPath(head, paths);
    const addressed = (named ? [named] : listening).filter(({ isSender }) => isSender(head.remote));
    if (addressed.length === 0) throw wrongNetwork(head, named ? `source ${named.name}` : OPEN_PATH);
    if (head.method !== 'POST') {
      const knowing = addressed.filter(({ kind }) => kind.handshake?.(head) !== undefined);
      if (knowing.length === 0) throw wrongMethod(head, paths);
      return await admitHandshake(head, knowing);
    }
    const place = named ? `source ${named.name}` : OPEN_PATH;
    const judged = await judge(head, addressed);
    if (isRefused(judged)) throw unauthorized(place);
    const isCertain = named !== undefined && judged.get(named) !== 'signed';
    return {
      takesBody: true,
      ...(isCertain && { source: named.name }),
      async open(raw) {
        const allowed = await entitled(judged, raw);
        // Before the body is parsed: a sender without a secret costs no more work.
        if (isEmpty(allowed)) throw unauthorized(place);
        const body = decodeBody(raw.body);
        const { source = named, likely } = named ? {} : identify(identifiable, raw, body, allowed);
        if (likely && !source) throw unauthorized(`the sources of kind ${likely.kind}`);
        const isProved = source !== undefined && allowed.proved.includes(source);
        return { ...openWith(source, raw, body, opening), isProved };
      },
    };
  };

  const reopen = (name: string, raw: RawRequest, as?: string): OpenedRequest => {
    const body = decodeBody(raw.body);
    const ofThatName = listening.find((candidate) => candidate.name === name);
    const kind = kinds.find((one) => one.kind === as);
    if (kind) {
      const [ofThatKind] = [...listening.filter((one) => one.kind === kind), ...anyKind(config, [kind])];
      const own = ofThatName && { name: ofThatName.name };
      return openWith(ofThatKind && { ...ofThatKind, ...own }, raw, body, { ...opening, kinds: [kind] });
    }
    const source = ofThatName ?? identify(identifiable, raw, body, { proved: listening, open: [] }).source;
    return openWith(source, raw, body, opening);
  };
  return { paths, admit, open: async (raw) => (await admit(raw)).open(raw), reopen };
}

/**
 * The first kind that recognizes the request for sure, else one that has the same form, if the request
 * holds its secret. A source that asks for no secret gets only what is most likely its own.
 */
function identify(
  kinds: readonly Kind[],
  raw: RawRequest,
  body: Body,
  { proved, open }: Entitled,
): { source?: Source; likely?: Kind } {
  const value = body.state === 'json' ? body.value : undefined;
  const sourceOf = (sources: readonly Source[], kind: Kind) => sources.find((source) => source.kind === kind);
  const unsure: Kind[] = [];
  let sure: Kind | undefined;
  for (const kind of kinds) {
    const claim = kind.recognizes(raw, value);
    if (claim === true) sure ??= kind;
    else if (claim === 'perhaps') unsure.push(kind);
    // Its own source has proved itself, or none has: no other kind can get it.
    if (sure && (proved.length === 0 || sourceOf(proved, sure))) break;
  }
  const likely = sure ?? unsure[0];
  if (likely === undefined) return {};
  const held = [likely, ...unsure].map((kind) => sourceOf(proved, kind)).find((source) => source);
  return { source: held ?? sourceOf(open, likely), likely };
}

const isEmpty = ({ proved, open }: Entitled) => proved.length + open.length === 0;
const isRefused = (judged: Judged) => [...judged.values()].every((verdict) => verdict === 'refused');

/** A request without an event, such as a handshake: the answer of the first kind that knows it. */
async function admitHandshake(head: RequestHead, knowing: readonly Source[]): Promise<Admission> {
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

/** Why a body that no source reads is quarantined. With `sources`, only the kinds named there are read. */
const NOT_CONFIGURED = 'no configured source reads this format. Add its kind to sources';
const UNKNOWN_FORMAT = 'the format is unknown. Report it with the body';

interface Opening {
  includeReferences: boolean;
  kinds: readonly Kind[];
  unknownFormat: string;
}

function openWith(
  source: Source | undefined,
  raw: RawRequest,
  bytes: Body,
  { includeReferences, kinds, unknownFormat }: Opening,
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
  if (!source) return { ...from, ...unreadable(raw, unknownFormat) };
  const { value, text } = body.state === 'json' ? body : { value: undefined, text: '' };
  const { name, kind, options } = source;
  try {
    const opened = openBody(kind, { raw, value, text, source: name, includeReferences, options });
    return { ...from, ...unlessOfAnother(opened, kind, raw, value, kinds) };
  } catch (fault) {
    // A kind never throws. If one does, the request is kept: its sender would retry a refused one forever.
    return { ...from, ...unreadable(raw, 'Longshore failed to read the body', fault) };
  }
}

/** The messages of these errors go to the sender: they name paths, sources and settings, and nothing of a secret. */
function unknownPath(head: RequestHead, paths: readonly string[]): LongshoreError {
  const message = `no source listens on ${withoutToken(head.path, paths)}. Post to one of: ${paths.join(', ')}`;
  return new LongshoreError('SOURCE_UNKNOWN', message);
}

function wrongNetwork({ remote = 'unknown' }: RequestHead, place: string): LongshoreError {
  const step = 'Add its network to sources[].from, or set ingest.proxy for the proxy in front';
  return new LongshoreError('SOURCE_NETWORK', `${remote} may not send to ${place}. ${step}`);
}

function wrongMethod({ method, path }: RequestHead, paths: readonly string[]): LongshoreError {
  const message = `${withoutToken(path, paths)} does not take ${method}. Webhooks are posted: use POST`;
  return new LongshoreError('SOURCE_METHOD', message);
}

/** @param place the source or path whose secret the request does not hold */
function unauthorized(place: string): LongshoreError {
  const step = 'Compare what the sender sends with `auth` in Longshore’s configuration';
  return new LongshoreError('SOURCE_UNAUTHORIZED', `no or wrong credentials for ${place}. ${step}`);
}
