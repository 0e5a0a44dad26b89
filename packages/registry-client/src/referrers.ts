/**
 * What refers to a manifest: signatures, SBOMs, attestations (distribution-spec 1.1, "listing referrers"). Where
 * the registry does not know the question, the answer is an index under a tag that is made from the digest.
 */
import { overLimit, readBody } from './body.js';
import type { Descriptor } from './descriptor.js';
import { RegistryError } from './error.js';
import { ACCEPT, manifestOf } from './manifest.js';
import type { Session } from './session.js';

/** Pages that are read. Each is up to `limit` bytes. */
const MOST_PAGES = 20;

interface What {
  repository: string;
  digest: string;
  signal: AbortSignal;
  /** Bytes of one page. */
  limit: number;
}

interface Page {
  found: readonly Descriptor[];
  /** Path of the next one, below the repository. */
  next?: string;
}

/** All of them, each once. Rejects with `RegistryError`. */
export async function referrersOf(session: Session, what: What): Promise<Descriptor[]> {
  const found = new Map<string, Descriptor>();
  let path: string | undefined = `referrers/${what.digest}`;
  for (let pages = 0; path !== undefined; pages++) {
    if (pages === MOST_PAGES) throw tooMany(session, what);
    const page: Page | undefined = await pageOf(session, what, path).catch(unlessAbsent);
    if (!page) return pages === 0 ? fallback(session, what) : [...found.values()];
    for (const one of page.found) found.set(one.digest, one);
    path = page.next;
  }
  return [...found.values()];
}

async function fallback(session: Session, what: What): Promise<Descriptor[]> {
  const page = await pageOf(session, what, `manifests/${tagOf(what.digest)}`).catch(unlessAbsent);
  return [...(page?.found ?? [])];
}

/** `sha256-<hex>` */
function tagOf(digest: string): string {
  const [algorithm = '', encoded = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}

function pageOf(session: Session, { repository, signal, limit }: What, path: string): Promise<Page> {
  const question = { repository, path, method: 'GET', accept: ACCEPT, signal } as const;
  return session.ask(question, async (answer, place) => {
    const body = await readBody(answer, limit, overLimit(place, limit));
    const { manifests } = manifestOf(body, '', false, place);
    const next = nextIn(answer.headers.link, answer.url, repository);
    return { found: manifests, ...(next !== undefined && { next }) };
  });
}

/** `Link: </v2/acme/app/referrers/sha256:…?last=…>; rel="next"` (RFC 8288). Only within this repository. */
function nextIn(link: string | string[] | undefined, base: URL, repository: string): string | undefined {
  const [, target] = /<([^<>]*)>\s*;[^,<]*\brel="?next"?/.exec(String(link ?? '')) ?? [];
  if (target === undefined || !URL.canParse(target, base.href)) return undefined;
  const { origin, pathname, search } = new URL(target, base);
  const [, path] = pathname.split(`/v2/${repository}/`);
  return origin === base.origin && path?.startsWith('referrers/') ? `${path}${search}` : undefined;
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof RegistryError && error.kind === 'not_found') return undefined;
  throw error;
}

function tooMany(session: Session, { repository, digest }: What): RegistryError {
  return new RegistryError(
    'limit',
    `${session.base.host}: more than ${MOST_PAGES} pages refer to ${repository}@${digest}`,
  );
}
