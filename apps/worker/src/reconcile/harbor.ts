/** Names of the repositories of a Harbor, by its own API: `_catalog` is for its system administrators alone. */
import { objectOf } from './object-of.js';

/** A Harbor, and who asks. */
export interface Harbor {
  /** Base url. */
  url: string;
  fetch: typeof fetch;
  signal: AbortSignal;
  userAgent: string;
  /** User and password; a robot account is one. */
  basic?: readonly [user: string, password: string];
}

const PAGE = 100;
/** A server that never ends its list. */
const MOST_PAGES = 10_000;
const TIMEOUT_MS = 30_000;

/** Of all projects that the user sees. Rejects for every answer that is no list. */
export async function harborRepositories(harbor: Harbor): Promise<string[]> {
  const names: string[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const list = await pageOf(harbor, page);
    names.push(...list);
    if (list.length < PAGE) return names;
  }
  throw new Error(`${harbor.url}: more than ${MOST_PAGES} pages of repositories`);
}

async function pageOf(
  { url, fetch: get, signal, userAgent, basic }: Harbor,
  page: number,
): Promise<string[]> {
  const path = `/api/v2.0/repositories?page=${page}&page_size=${PAGE}&sort=name`;
  const authorization = basic && `Basic ${Buffer.from(basic.join(':')).toString('base64')}`;
  const answer = await get(new URL(path, url), {
    headers: { accept: 'application/json', 'user-agent': userAgent, ...(authorization && { authorization }) },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const place = `${new URL(url).host}: GET ${path}`;
  if (!answer.ok)
    throw new Error(`${place}: HTTP ${answer.status}; the user needs the right to list repositories`);
  const list: unknown = await answer.json();
  const names = Array.isArray(list) ? list.map((one) => objectOf(one)?.name) : [undefined];
  if (names.every((name) => typeof name === 'string')) return names;
  throw new Error(`${place}: the answer is no list of repositories`);
}
