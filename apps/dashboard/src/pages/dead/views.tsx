/** What the addresses of dead letters show. */
import type { AdminService } from '@longshore/operator';
import type { PageDeps } from '../deps.js';
import { param } from '../params.js';
import type { View } from '../view.js';
import { ConfirmDead } from './confirm.js';
import { DeadPage } from './dead.js';
import { type DeadPageQuery, deadLetterParams, readsEach } from './query.js';

const PAGE_SIZE = 50;

/** See the header. */
export function deadLetterViews({ admin, now }: PageDeps): Record<string, View> {
  return {
    '/dead': async (params) => {
      const { id: _, ...query } = deadLetterParams(params);
      const paging = { limit: PAGE_SIZE, after: param(params, 'after') };
      const [{ items, next }, total, endpoints, groups] = await Promise.all([
        admin.deadLetters(query, paging),
        readsEach(query) ? undefined : admin.countDeadLetters(query),
        admin.names(),
        admin.deadGroups(query),
      ]);
      const props = { query, letters: items, total, endpoints, groups, next, now: now() };
      return { title: 'Dead letters', here: 'dead', children: <DeadPage {...props} /> };
    },
    '/dead/retry': async (params) => {
      const query = deadLetterParams(params);
      const [matches, preview] = await Promise.all([countMatches(admin, query), admin.previewRetry(query)]);
      const children = <ConfirmDead action="retry" query={query} {...matches} preview={preview} />;
      return { title: 'Retry', here: 'dead', children };
    },
    '/dead/drop': async (params) => {
      const query = deadLetterParams(params);
      const matches = await countMatches(admin, query);
      return {
        title: 'Delete',
        here: 'dead',
        children: <ConfirmDead action="drop" query={query} {...matches} />,
      };
    },
  };
}

/** Matches of a filter. When each delivery has to be read, only as many as one page reads, so that it stays fast. */
async function countMatches(
  admin: AdminService,
  query: DeadPageQuery,
): Promise<{ total: number; orMore: boolean }> {
  if (!readsEach(query)) return { total: await admin.countDeadLetters(query), orMore: false };
  const { items, next } = await admin.deadLetters(query, { limit: Number.MAX_SAFE_INTEGER });
  return { total: items.length, orMore: next !== undefined };
}
