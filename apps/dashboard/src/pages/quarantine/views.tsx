/** What the addresses of quarantine show. */
import { SOURCE_KINDS } from '@longshore/config';
import { requireFilterOrAll } from '@longshore/operator';
import type { PageDeps } from '../deps.js';
import { param, selectsAll } from '../params.js';
import type { View } from '../view.js';
import { ConfirmQuarantine } from './confirm.js';
import { QuarantinePage } from './quarantine.js';
import { QuarantinedPage } from './quarantined.js';
import { quarantineParams } from './query.js';

/** Small, because entries are read with their bodies. */
const PAGE_SIZE = 25;

/** See the header. */
export function quarantineViews({ admin, now }: PageDeps): Record<string, View> {
  const confirm =
    (action: 'retry' | 'drop'): View =>
    async (params) => {
      const query = quarantineParams(params);
      requireFilterOrAll(query, selectsAll(params));
      const total = await admin.countQuarantine(query);
      const children = <ConfirmQuarantine {...{ action, query, total, kinds: SOURCE_KINDS }} />;
      return { title: action === 'retry' ? 'Retry' : 'Delete', here: 'quarantine', children };
    };
  return {
    '/quarantine': async (params) => {
      const { id: _, ...query } = quarantineParams(params);
      const paging = { limit: PAGE_SIZE, after: param(params, 'after') };
      const [{ items, next }, total, groups] = await Promise.all([
        admin.quarantine(query, paging),
        admin.countQuarantine(),
        admin.quarantineGroups(),
      ]);
      const props = { query, entries: items, groups, total, next, now: now() };
      return { title: 'Quarantine', here: 'quarantine', children: <QuarantinePage {...props} /> };
    },
    '/quarantine/retry': confirm('retry'),
    '/quarantine/drop': confirm('drop'),
    '/quarantine/:id': async (_, { id = '' }) => {
      const entry = await admin.quarantined(id);
      const children = <QuarantinedPage entry={entry} kinds={SOURCE_KINDS} />;
      return { title: entry.reason, here: 'quarantine', children };
    },
  };
}
