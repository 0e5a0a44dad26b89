/** The addresses about repositories and their tags. */
import type { Params } from '../../params.js';
import { LIST_QUERY, pageOf, queryOf } from '../params.js';
import { RepositoriesPage } from '../repositories.js';
import { RepositoryPage } from '../repository.js';
import { TagPage } from '../tag.js';
import { type Parts, required, unknown } from './parts.js';

const TOP_LENGTH = 10;

/** Lists repositories. */
export async function repositories({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, LIST_QUERY);
  const { after: _after, ...filter } = query;
  const [found, coverage] = await Promise.all([
    archive.repositories(filter, pageOf(params)),
    archive.coverage(),
  ]);
  const children = <RepositoriesPage query={query} repositories={found} coverage={coverage} now={now()} />;
  return { title: 'Repositories', children };
}

/** Shows one, with its tags. */
export async function repository({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, ['repository', 'source', 'after']);
  const { repository: name, source } = query;
  if (!name) throw required('repository');
  const key = { repository: name, ...(source && { source }) };
  const [found, tags, days, sessions, clients, actors, coverage] = await Promise.all([
    archive.repository(key),
    archive.tags(key, pageOf(params)),
    archive.pullsPerDay(key),
    archive.sessionsPerDay(key),
    archive.top({ of: 'clients', by: 'pulls', limit: TOP_LENGTH, ...key }),
    archive.top({ of: 'actors', by: 'pushes', limit: TOP_LENGTH, ...key }),
    archive.coverage(),
  ]);
  if (!found) throw unknown('repository', name);
  const props = { query, repository: found, tags, days, sessions, clients, actors, coverage, now: now() };
  return { title: name, children: <RepositoryPage {...props} /> };
}

/** Shows one tag, with its moves. */
export async function tag({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, ['repository', 'source', 'tag', 'after']);
  const { repository: name, source, tag: text } = query;
  if (!name) throw required('repository');
  if (!text) throw required('tag');
  const key = { repository: name, tag: text, ...(source && { source }) };
  const [found, moves, days, sessions, coverage] = await Promise.all([
    archive.tag(key),
    archive.tagMoves(key, pageOf(params)),
    archive.pullsPerDay(key),
    archive.sessionsPerDay(key),
    archive.coverage(),
  ]);
  if (!found) throw unknown('tag', `${name}:${text}`);
  const props = { query, tag: found, moves, days, sessions, coverage, now: now() };
  return { title: `${name}:${text}`, children: <TagPage {...props} /> };
}
