/** Names of the repositories of a GitLab, by its own API: its registry refuses `_catalog`. */
import { objectOf } from './object-of.js';

/** A GitLab, and who asks. */
export interface GitLab {
  /** Base url of GitLab, which is at another host than its registry. */
  api: string;
  fetch: typeof fetch;
  signal: AbortSignal;
  userAgent: string;
  /** An access token with `read_api`. */
  token?: string;
}

type Item = Record<string, unknown>;

const PAGE = 100;
/** A server that never ends its list. */
const MOST_PAGES = 10_000;
const TIMEOUT_MS = 30_000;

/** Of all projects with a registry that the token's owner is a member of. Rejects for every answer that is no list. */
export async function gitlabRepositories(gitlab: GitLab): Promise<string[]> {
  const names: string[] = [];
  const projects = await every(gitlab, '/api/v4/projects?membership=true');
  for (const { id, container_registry_access_level: access, container_registry_enabled: on } of projects) {
    // Its list of repositories is refused, and it has none.
    if (access === 'disabled' || (access === undefined && on === false)) continue;
    const repositories = await every(gitlab, `/api/v4/projects/${Number(id)}/registry/repositories?`);
    for (const { path } of repositories) names.push(String(path));
  }
  return names;
}

async function every(gitlab: GitLab, path: string): Promise<Item[]> {
  const found: Item[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const list = await pageOf(gitlab, `${path}${path.endsWith('?') ? '' : '&'}per_page=${PAGE}&page=${page}`);
    found.push(...list);
    if (list.length < PAGE) return found;
  }
  throw new Error(`${gitlab.api}: more than ${MOST_PAGES} pages`);
}

async function pageOf({ api, fetch: get, signal, userAgent, token }: GitLab, path: string): Promise<Item[]> {
  const answer = await get(new URL(path, api), {
    headers: {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(token && { 'private-token': token }),
    },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const place = `${new URL(api).host}: GET ${path}`;
  if (!answer.ok) throw new Error(`${place}: HTTP ${answer.status}; the token needs the scope read_api`);
  const list: unknown = await answer.json();
  const items = Array.isArray(list) ? list.map(objectOf) : [undefined];
  return items.map((item) => {
    if (item?.id === undefined) throw new Error(`${place}: the answer is no list`);
    return item;
  });
}
