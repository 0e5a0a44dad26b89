/**
 * A source: a name, the kind of registry behind it and the secrets that its requests must hold.
 */
import { LongshoreError } from '@longshore/event';
import { createVerifier, type ResolvedAuth, type Verifier } from './auth.js';
import type { Kind, RawRequest } from './port.js';

/** A source as the configuration names it, with its secrets resolved. */
export interface SourceConfig {
  name: string;
  /** Name of a kind of registry. */
  kind: string;
  /** Without it the source is behind `ingest.auth`. */
  auth?: ResolvedAuth;
}

/** A source that can judge a request. */
export interface Source {
  name: string;
  kind: Kind;
  verify: Verifier;
}

interface Settings {
  sources: readonly SourceConfig[];
  auth?: ResolvedAuth;
}

/** @throws LongshoreError `CONFIG_INVALID` when a source has an unknown kind or the name of another. */
export function sourcesFrom({ sources, auth }: Settings, kinds: readonly Kind[]): Source[] {
  const common = createVerifier(auth);
  const names = new Set<string>();
  return sources.map(({ name, kind: kindName, auth: own }) => {
    const kind = kinds.find((candidate) => candidate.kind === kindName);
    const known = kinds.map((candidate) => candidate.kind).join(', ');
    if (!kind) throw invalid(`source ${name}: there is no kind ${kindName}. Use one of: ${known}`);
    if (names.has(name)) throw invalid(`source ${name}: the name is there twice. Rename one of the two`);
    names.add(name);
    const hasOwn = own && Object.values(own).some((method) => method !== undefined);
    return { name, kind, verify: hasOwn ? createVerifier(own) : common };
  });
}

/** What listens on the open path while no source is configured: each kind, under its own name. */
export function anyKind({ auth }: Settings, kinds: readonly Kind[]): Source[] {
  const verify = createVerifier(auth);
  return kinds.map((kind) => ({ name: kind.kind, kind, verify }));
}

/** The sources that the request may go to; those whose secret it holds before those that ask for none. */
export function entitledTo(raw: RawRequest, sources: readonly Source[]): Source[] {
  // Once per verifier: sources without their own share one.
  const verifiers = new Set(sources.map(({ verify }) => verify));
  const verdicts = new Map([...verifiers].map((verify) => [verify, verify(raw)]));
  const judged = (verdict: string) => sources.filter(({ verify }) => verdicts.get(verify) === verdict);
  return [...judged('proved'), ...judged('open')];
}

function invalid(message: string): LongshoreError {
  return new LongshoreError('CONFIG_INVALID', message);
}
