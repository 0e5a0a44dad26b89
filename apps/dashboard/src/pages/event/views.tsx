/** The addresses of events where the configuration has no archive: from the trail. */
import { excerpt, LongshoreError } from '@longshore/event';
import type { PageDeps } from '../deps.js';
import { param } from '../params.js';
import { SearchPage } from '../search.js';
import type { View } from '../view.js';
import { blockedEndpoints } from './blocked.js';
import { RecentPage } from './recent.js';

const PAGE_SIZE = 50;

/** See the header. */
export function trailViews({ admin }: Pick<PageDeps, 'admin'>): Record<string, View> {
  return {
    '/events': async (params) => {
      const after = param(params, 'after');
      const recent = await admin.recent({ limit: PAGE_SIZE, ...(after !== undefined && { after }) });
      const children = <RecentPage {...recent} {...(after !== undefined && { after })} />;
      return { title: 'Events', here: 'events', children };
    },
    '/event': async (params) => {
      const id = param(params, 'id');
      if (id === undefined) throw new LongshoreError('REQUEST_INVALID', 'the address has no `id`');
      const [traced, blocked] = await Promise.all([admin.trace({ search: id }), blockedEndpoints(admin)]);
      const source = param(params, 'source');
      const own = traced.trails.filter((trail) => source === undefined || trail.source === source);
      if (own.length === 0) {
        throw new LongshoreError('REQUEST_NOT_FOUND', `the trail knows no event ${excerpt(id)} any more`);
      }
      const children = <SearchPage traced={{ ...traced, trails: own }} blocked={blocked} />;
      return { title: `Event ${id}`, here: 'events', children };
    },
  };
}
