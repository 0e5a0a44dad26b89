/** The addresses about events. */

import { blockedEndpoints } from '../../event/blocked.js';
import type { Params } from '../../params.js';
import { EventPage } from '../event.js';
import { EventsPage } from '../events.js';
import { EVENT_QUERY, eventFilterOf, pageOf, queryOf } from '../params.js';
import { type Parts, required, trace, unknown } from './parts.js';

/** Lists events. */
export async function events({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, [...EVENT_QUERY, 'after']);
  const { after: _after, ...written } = query;
  const filter = eventFilterOf(written, now());
  const [found, coverage] = await Promise.all([archive.events(filter, pageOf(params)), archive.coverage()]);
  const children = (
    <EventsPage query={query} events={found} coverage={coverage} from={Number(filter.since)} />
  );
  return { title: 'Events', children };
}

/** Shows one, with its body and its deliveries. */
export async function event({ admin, archive }: Parts, params: Params) {
  const { source, id } = queryOf(params, ['source', 'id']);
  if (!id) throw required('id');
  const [{ items }, traced, blocked] = await Promise.all([
    archive.events({ id, ...(source && { source }) }, { limit: 1, body: true }),
    trace(admin, id),
    blockedEndpoints(admin),
  ]);
  const found = items[0];
  if (!found) throw unknown('event', id);
  return { title: `Event ${id}`, children: <EventPage {...{ event: found, traced, blocked }} /> };
}
