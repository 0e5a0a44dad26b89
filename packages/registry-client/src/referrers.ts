/**
 * What refers to a manifest: signatures, SBOMs, attestations (distribution-spec 1.1, "listing referrers"). Where
 * the registry does not know the question, the answer is an index under a tag that is made from the digest.
 *
 * Registries say in many ways that they do not know: 404 by the specification, 405 or 406 (Artifactory), 400, 403, 501,
 * or a page of HTML with 200. GitLab answers the tag with the manifest itself, whose children are no referrers.
 */
import { overLimit, readText } from './body.js';
import type { Descriptor } from './descriptor.js';
import { digestOf } from './digest.js';
import { RegistryError } from './error.js';
import { ACCEPT, manifestOf } from './manifest.js';
import type { Session } from './session.js';
import { IMAGE_CONFIGS } from './wanted.js';

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
    const page: Page | undefined = await pageOf(session, what, path).catch(unlessUnknown);
    if (!page) return pages === 0 ? fallback(session, what) : [...found.values()];
    for (const one of page.found) found.set(one.digest, one);
    path = page.next;
  }
  return [...found.values()];
}

async function fallback(session: Session, what: What): Promise<Descriptor[]> {
  const page = await pageOf(session, what, `manifests/${tagOf(what.digest)}`).catch(unlessUnknown);
  return [...(page?.found ?? [])];
}

/** `sha256-<hex>` */
export function tagOf(digest: string): string {
  const [algorithm = '', encoded = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}

function pageOf(session: Session, what: What, path: string): Promise<Page> {
  const { repository, digest, signal, limit } = what;
  const question = { repository, path, method: 'GET', accept: ACCEPT, signal } as const;
  return session.ask(question, async (answer, place) => {
    const body = await readText(answer, limit, overLimit(place, limit));
    const own = [answer.headers['docker-content-digest'], digestOf(body, digest)];
    if (own.includes(digest)) return { found: [] };
    const { kind, manifests } = manifestOf(body, '', false, place);
    if (kind !== 'index') throw new RegistryError('unsupported', `${place}: the body is no index`);
    const next = nextIn(answer.headers.link, answer.url, repository);
    const found = manifests.filter((entry) => mayRefer(entry, digest));
    return { found, ...(next !== undefined && { next }) };
  });
}

/** Not the subject, and no image by its type: by the specification a referrer's entry has the type of its artifact. */
function mayRefer({ digest, artifactType, platform }: Descriptor, subject: string): boolean {
  if (digest === subject) return false;
  return artifactType === undefined ? platform === undefined : !IMAGE_CONFIGS.has(artifactType);
}

/** `Link: </v2/acme/app/referrers/sha256:…?last=…>; rel="next"` (RFC 8288). Only within this repository. */
function nextIn(link: string | string[] | undefined, base: URL, repository: string): string | undefined {
  const [, target] = /<([^<>]*)>\s*;[^,<]*\brel="?next"?/.exec(String(link ?? '')) ?? [];
  if (target === undefined || !URL.canParse(target, base.href)) return undefined;
  const { origin, pathname, search } = new URL(target, base);
  const [, path] = pathname.split(`/v2/${repository}/`);
  return origin === base.origin && path?.startsWith('referrers/') ? `${path}${search}` : undefined;
}

/** A server that says no, or answers with what is no manifest, does not know the question. */
export function unlessUnknown(error: unknown): undefined {
  if (error instanceof RegistryError && (error.refused || error.kind === 'unsupported')) return undefined;
  throw error;
}

function tooMany(session: Session, { repository, digest }: What): RegistryError {
  return new RegistryError(
    'limit',
    `${session.base.host}: more than ${MOST_PAGES} pages refer to ${repository}@${digest}`,
  );
}
