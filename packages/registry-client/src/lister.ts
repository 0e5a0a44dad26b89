/** Lists a registry: `_catalog`, and the tags of a repository, page by page as `Link` says. */
import { overLimit, readText } from './body.js';
import { Client } from './client.js';
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import type { ListableRegistry } from './list-port.js';
import type { RegistryOptions } from './port.js';
import { checkRepository } from './reference.js';
import { Session } from './session.js';

/** Names in a page: more than a registry's own limit is an error there. */
const PAGE = 100;
/** Bytes of one page: Distribution 2.8 sends all tags at once. */
const MOST_BYTES = 32 * 1024 * 1024;
/** A registry that always names a next page. */
const MOST_PAGES = 100_000;

/** Opens a registry to list it. Throws {@link RegistryError} for options that cannot be used. */
export function openListableRegistry(options: RegistryOptions): ListableRegistry {
  return new Lister(options, new Session(options));
}

class Lister extends Client implements ListableRegistry {
  readonly #session: Session;

  constructor(options: RegistryOptions, session: Session) {
    super(options, session);
    this.#session = session;
  }

  async *catalog(signal: AbortSignal): AsyncGenerator<string[]> {
    for await (const body of this.#pages('_catalog', `/v2/_catalog?n=${PAGE}`, signal))
      yield namesIn(body, 'repositories', `${this.host}: _catalog`);
  }

  async tags(repository: string, signal: AbortSignal): Promise<string[]> {
    checkRepository(repository);
    const found = new Set<string>();
    for await (const body of this.#pages(repository, `/v2/${repository}/tags/list`, signal))
      for (const tag of namesIn(body, 'tags', `${this.host}: tags of ${repository}`)) found.add(tag);
    return [...found];
  }

  async *#pages(repository: string, first: string, signal: AbortSignal): AsyncGenerator<unknown> {
    let path: string | undefined = first;
    for (let pages = 0; path !== undefined; pages++) {
      if (pages === MOST_PAGES) throw new RegistryError('limit', `${this.host}: more than ${pages} pages`);
      const page: { body: unknown; next?: string } = await this.#page(repository, path, signal);
      yield page.body;
      path = page.next === path ? undefined : page.next;
    }
  }

  #page(repository: string, path: string, signal: AbortSignal): Promise<{ body: unknown; next?: string }> {
    const base = new URL(this.url);
    const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
    const question = { repository, path, url, method: 'GET', accept: 'application/json', signal } as const;
    return this.#session.ask(question, async (answer, place) => {
      const text = await readText(answer, MOST_BYTES, overLimit(place, MOST_BYTES));
      const body = jsonOf(text);
      if (body === undefined) throw new RegistryError('server', `${place}: the body is not JSON`);
      const next = nextIn(answer.headers.link, answer.url, place);
      return { body, ...(next !== undefined && { next: withoutPrefix(next, base) }) };
    });
  }
}

const withoutPrefix = (path: string, { pathname }: URL): string => {
  const prefix = pathname.replace(/\/$/, '');
  return prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
};

/** `null`: an empty list, as Distribution writes it. Anything else is no answer, and must not look like an empty one. */
function namesIn(body: unknown, member: 'repositories' | 'tags', place: string): string[] {
  const list = typeof body === 'object' && body !== null ? Reflect.get(body, member) : undefined;
  if (list === null) return [];
  if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  throw new RegistryError('server', `${place}: the answer has no list of ${member}`);
}

/** The path is asked at the same registry, which behind a proxy does not know its own origin: a list is never cut. */
function nextIn(link: string | string[] | undefined, base: URL, place: string): string | undefined {
  const [, target] = /<([^<>]*)>\s*;[^,<]*\brel="?next"?/.exec(String(link ?? '')) ?? [];
  if (target === undefined) return undefined;
  if (!URL.canParse(target, base.href))
    throw new RegistryError('server', `${place}: the link to the next page is no URL`);
  const { pathname, search } = new URL(target, base);
  return `${pathname}${search}`;
}
