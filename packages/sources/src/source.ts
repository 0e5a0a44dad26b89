/**
 * A source: a name, the kind of registry behind it, the secrets that its requests must hold, and what else
 * has to be known to read them.
 */
import { LongshoreError } from '@longshore/event';
import { createVerifier, type ResolvedAuth, type Verifier } from './auth.js';
import type { HmacFormat } from './hmac.js';
import { oidcFault } from './oidc.js';
import type { SourceOptions } from './options.js';
import type { Kind, RawRequest } from './port.js';
import { sourceFault } from './source-fault.js';

/** A source as the configuration names it, with its secrets resolved. */
export interface SourceConfig {
  name: string;
  /** Name of a kind of registry. */
  kind: string;
  /** Without it the source is behind `ingest.auth`. */
  auth?: ResolvedAuth;
  options?: SourceOptions;
}

/** A source that can judge a request. */
export interface Source {
  name: string;
  kind: Kind;
  verify: Verifier;
  /** May its path end in a secret? */
  takesToken: boolean;
  options: SourceOptions;
}

interface Settings {
  sources: readonly SourceConfig[];
  auth?: ResolvedAuth;
}

/** @throws LongshoreError `CONFIG_INVALID` when a source cannot be used or has the name of another. */
export function sourcesFrom({ sources, auth }: Settings, kinds: readonly Kind[]): Source[] {
  const common = commonVerifiers(auth);
  const names = new Set<string>();
  return sources.map(({ name, kind: kindName, auth: own, options = {} }) => {
    const kind = kinds.find((candidate) => candidate.kind === kindName);
    const known = kinds.map((candidate) => candidate.kind).join(', ');
    if (!kind) throw invalid(`source ${name}: there is no kind ${kindName}. Use one of: ${known}`);
    if (names.has(name)) throw invalid(`source ${name}: the name is there twice. Rename one of the two`);
    names.add(name);
    const fault = sourceFault({ kind: kindName, auth: own, options }, kinds);
    if (fault) throw invalid(`source ${name}: ${fault.setting.join('.')} ${fault.why}`);
    const hasOwn = own && Object.values(own).some((method) => method !== undefined);
    const verify = hasOwn ? createVerifier(own, kind.hmac) : common(kind.hmac);
    return { name, kind, verify, takesToken: (hasOwn ? own : auth)?.token !== undefined, options };
  });
}

/** What listens on the open path while no source is configured: each kind, under its own name. */
export function anyKind({ auth }: Settings, kinds: readonly Kind[]): Source[] {
  const common = commonVerifiers(auth);
  return kinds.map((kind) => {
    return { name: kind.kind, kind, verify: common(kind.hmac), takesToken: false, options: {} };
  });
}

/** One verifier for all kinds, unless they sign in different ways. */
function commonVerifiers(auth: ResolvedAuth | undefined): (signs: HmacFormat | undefined) => Verifier {
  const fault = auth?.oidc && oidcFault(auth.oidc);
  if (fault) throw invalid(`ingest.auth.oidc ${fault}`);
  const verifiers = new Map<HmacFormat | undefined, Verifier>();
  return (signs) => {
    const format = auth?.hmac ? signs : undefined;
    const verify = verifiers.get(format) ?? createVerifier(auth, format);
    verifiers.set(format, verify);
    return verify;
  };
}

/** The sources whose secret the request holds, and those that ask for none. */
export interface Entitled {
  proved: Source[];
  open: Source[];
}

/** Which of the sources the request may go to. Rejects only when the keys of an issuer cannot be fetched. */
export async function entitledTo(raw: RawRequest, sources: readonly Source[]): Promise<Entitled> {
  // Once per verifier: sources without their own share one.
  const verifiers = [...new Set(sources.map(({ verify }) => verify))];
  const verdicts = await Promise.all(verifiers.map((verify) => verify(raw)));
  const judged = (verdict: string) =>
    sources.filter(({ verify }) => verdicts[verifiers.indexOf(verify)] === verdict);
  return { proved: judged('proved'), open: judged('open') };
}

function invalid(message: string): LongshoreError {
  return new LongshoreError('CONFIG_INVALID', message);
}
