/**
 * A source: a name, the kind of registry behind it, the secrets that its requests must hold, and what else
 * has to be known to read them.
 */
import { LongshoreError } from '@longshore/event';
import { networkMatcher } from '@longshore/settings/listeners';
import type { HmacFormat } from './auth/hmac.js';
import { oidcFault } from './auth/oidc.js';
import { createVerifier, type ResolvedAuth, type Verdict, type Verifier } from './auth/verifier.js';
import type { Kind } from './kind.js';
import type { SourceOptions } from './options.js';
import type { RawRequest, RequestHead } from './request.js';
import { sourceFault } from './settings.js';

/** A source as the configuration names it, with its secrets resolved. */
export interface SourceConfig {
  name: string;
  /** Name of a kind of registry. */
  kind: string;
  /** Networks of its senders; empty or absent: any address. */
  from?: readonly string[];
  /** Without it the source is behind `ingest.auth`. */
  auth?: ResolvedAuth;
  options?: SourceOptions;
}

/** A source that can judge a request. */
export interface Source {
  name: string;
  kind: Kind;
  verifier: Verifier;
  /** Whether an address is one of its senders'. */
  isSender(address: string | undefined): boolean;
  /** May its path end in a secret? */
  takesToken: boolean;
  options: SourceOptions;
}

/** The part of the configuration that sources are made of. */
export interface SourcesConfig {
  sources: readonly SourceConfig[];
  /** `ingest.auth`: of the shared path while there are no sources, and of sources without their own. */
  auth?: ResolvedAuth;
  /** `notifications.events.includereferences`; false unless set. */
  includeReferences?: boolean;
}

/** @throws LongshoreError `CONFIG_INVALID` when a source cannot be used or has the name of another. */
export function sourcesFrom({ sources, auth }: SourcesConfig, kinds: readonly Kind[]): Source[] {
  const common = commonVerifiers(auth);
  const names = new Set<string>();
  return sources.map(({ name, kind: kindName, auth: own, from = [], options = {} }) => {
    const kind = kinds.find((candidate) => candidate.kind === kindName);
    const known = kinds.map((candidate) => candidate.kind).join(', ');
    if (!kind) throw invalid(`source ${name}: there is no kind ${kindName}. Use one of: ${known}`);
    if (names.has(name)) throw invalid(`source ${name}: the name is there twice. Rename one of the two`);
    names.add(name);
    const fault = sourceFault({ kind: kindName, auth: own, options }, kinds);
    if (fault) throw invalid(`source ${name}: ${fault.setting.join('.')} ${fault.why}`);
    const hasOwn = own && Object.values(own).some((method) => method !== undefined);
    const verifier = hasOwn ? createVerifier(own, kind.hmac) : common(kind.hmac);
    const isSender = from.length > 0 ? networkMatcher(from) : ANYONE;
    const takesToken = (hasOwn ? own : auth)?.token !== undefined;
    return { name, kind, verifier, isSender, takesToken, options };
  });
}

/** What listens on the open path while no source is configured: each kind, under its own name. */
export function anyKind({ auth }: SourcesConfig, kinds: readonly Kind[]): Source[] {
  const common = commonVerifiers(auth);
  return kinds.map((kind) => {
    const verifier = common(kind.hmac);
    return { name: kind.kind, kind, verifier, isSender: ANYONE, takesToken: false, options: {} };
  });
}

const ANYONE = (): boolean => true;

/** One verifier for all kinds, unless they sign in different ways. */
function commonVerifiers(auth: ResolvedAuth | undefined): (signs: HmacFormat | undefined) => Verifier {
  const fault = auth?.oidc && oidcFault(auth.oidc);
  if (fault) throw invalid(`ingest.auth.oidc ${fault}`);
  const verifiers = new Map<HmacFormat | undefined, Verifier>();
  return (signs) => {
    const format = auth?.hmac ? signs : undefined;
    const verifier = verifiers.get(format) ?? createVerifier(auth, format);
    verifiers.set(format, verifier);
    return verifier;
  };
}

/** What the head of a request says of each source, in the order of the configuration. */
export type Judged = ReadonlyMap<Source, Verdict>;

/** Rejects only when the keys of an issuer cannot be fetched. */
export async function judge(head: RequestHead, sources: readonly Source[]): Promise<Judged> {
  // Once per verifier: sources without their own share one.
  const verifiers = [...new Set(sources.map(({ verifier }) => verifier))];
  const verdicts = await Promise.all(verifiers.map((verifier) => verifier.judge(head)));
  const verdictOf = ({ verifier }: Source): Verdict => verdicts[verifiers.indexOf(verifier)] ?? 'refused';
  return new Map(sources.map((source) => [source, verdictOf(source)]));
}

/** The sources whose secret the request holds, and those that ask for none. */
export interface Entitled {
  proved: Source[];
  open: Source[];
}

/**
 * Which of the sources the request may go to.
 * @param raw confirms signatures; without it no signature counts
 */
export async function entitled(judged: Judged, raw?: RawRequest): Promise<Entitled> {
  const signed = new Map<Verifier, boolean>();
  for (const [{ verifier }, verdict] of judged) {
    // One after the other: a large body is to keep no other request waiting.
    if (raw && verdict === 'signed' && !signed.has(verifier))
      signed.set(verifier, await verifier.isSigned(raw));
  }
  const sources = [...judged.keys()];
  return {
    proved: sources.filter((one) => judged.get(one) === 'proved' || signed.get(one.verifier)),
    open: sources.filter((one) => judged.get(one) === 'open'),
  };
}

function invalid(message: string): LongshoreError {
  return new LongshoreError('CONFIG_INVALID', message);
}
