/** The addresses about image events and pulls. */
import type { ImageEventFilter, SessionFilter } from '@longshore/archive/sessions';
import type { Params } from '../../params.js';
import { pageOf, queryOf, windowOf } from '../params.js';
import { PullPage } from '../pull.js';
import { FAILED, PullsPage } from '../pulls.js';
import { PushPage } from '../push.js';
import { PushesPage } from '../pushes.js';
import { type Parts, required, unknown } from './parts.js';

const COMMON = ['text', 'repository', 'tag', 'digest', 'actor', 'source', 'since', 'until', 'after'];

/** Lists image events. */
export async function pushes({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, [...COMMON, 'action']);
  const { after: _after, since: _since, until: _until, ...fields } = query;
  const window = windowOf(query, now());
  const [events, coverage] = await Promise.all([
    archive.imageEvents({ ...fields, ...window } as ImageEventFilter, pageOf(params)),
    archive.coverage(),
  ]);
  const props = { query, events, coverage, from: window.since };
  return { title: 'Pushes', children: <PushesPage {...props} /> };
}

/** Shows one, with its requests. */
export async function push({ archive }: Parts, params: Params) {
  const { id } = queryOf(params, ['id']);
  if (!id) throw required('id');
  const detail = await archive.imageEvent(id);
  if (!detail) throw unknown('image event', id);
  return {
    title: `${detail.event.action} ${detail.event.repository}`,
    children: <PushPage detail={detail} />,
  };
}

/** Lists pulls, or those that failed. */
export async function pulls({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, [...COMMON, 'addr', 'client', 'state']);
  const { after: _after, since: _since, until: _until, state, ...fields } = query;
  const window = windowOf(query, now());
  const { addr: _addr, client: _client, ...ofEvents } = fields;
  const [found, coverage] = await Promise.all([
    state === FAILED
      ? archive.imageEvents({ ...ofEvents, ...window, action: 'pull.failed' }, pageOf(params))
      : archive.sessions({ ...fields, ...(state && { state }), ...window } as SessionFilter, pageOf(params)),
    archive.coverage(),
  ]);
  const props = { query, pulls: found, coverage, from: window.since };
  return { title: 'Pulls', children: <PullsPage {...props} /> };
}

/** Shows one, with its layers and requests. */
export async function pull({ archive }: Parts, params: Params) {
  const { session } = queryOf(params, ['session']);
  if (!session) throw required('session');
  const found = await archive.session(session);
  if (!found) throw unknown('pull', session);
  return { title: `Pull of ${found.repository}`, children: <PullPage pull={found} /> };
}
