/** The home page: one sentence on the whole relay, its numbers, a row for each endpoint, and what came in. */
import { formatNumber } from '@longshore/event';
import { untilFull } from '@longshore/operator/format';
import type { Activity } from '@longshore/queue/activity';
import { Hidden, Tabs } from '../parts.js';
import { EndpointRows, homeLink } from './rows.js';
import type { Selection } from './select.js';
import { SourceRows } from './sources.js';
import { Facts, Verdict, type VerdictProps } from './verdict.js';

/** What the page shows. */
export interface HomeProps extends VerdictProps {
  selection: Selection;
  /** Of the endpoints that are shown. */
  activity: readonly Activity[];
}

/** So few are seen at a glance. */
const FILTERED_FROM = 8;

/** The page. */
export function Home(props: HomeProps) {
  const { rows, selection, activity, samples, sources, now } = props;
  const { query, shown, found } = selection;
  return (
    <>
      <h1 class="hidden">Endpoints</h1>
      <div data-live>
        <Verdict {...props} />
        <Facts {...props} />
        {rows.length === 0 && <NoEndpoint />}
        <div class="bar">
          {rows.length > 1 && <States selection={selection} />}
          {(rows.length >= FILTERED_FROM || query.text) && <Filter selection={selection} />}
        </div>
        {shown.length > 0 && (
          <EndpointRows
            rows={shown}
            activity={new Map(activity.map((each) => [each.endpoint, each]))}
            {...{ query, now, redisFullMs: untilFull(samples) }}
          />
        )}
        {rows.length > 0 && found === 0 && <p class="note">No endpoint fits the filter.</p>}
        {shown.length > 0 && <Key />}
        <Pages {...selection} />
      </div>
      <SourceRows sources={sources} />
    </>
  );
}

/** What the colours of the strips mean; screen readers read each strip's numbers. */
function Key() {
  return (
    <p class="keys" aria-hidden="true">
      <span class="key delivered">delivered</span>
      <span class="key failed">failed</span>
      <span class="key waits">held</span>
    </p>
  );
}

function NoEndpoint() {
  return (
    <p class="note">
      There is no endpoint yet. Add one under <code>notifications.endpoints</code> in the configuration; it
      takes effect as soon as the file is saved.
    </p>
  );
}

function States({ selection: { query, states } }: { selection: Selection }) {
  const all = [...states.values()].reduce((sum, count) => sum + count, 0);
  const shown = query.state && !states.has(query.state) ? [...states, [query.state, 0] as const] : states;
  const tabs = Array.from(shown, ([state, count]) => ({
    ...{ name: state, href: homeLink({ ...query, state, page: 1 }), count },
    current: query.state === state,
  }));
  const every = {
    ...{ name: 'all', href: homeLink({ ...query, state: undefined, page: 1 }), count: all },
    current: query.state === undefined,
  };
  return <Tabs label="Endpoints by state" tabs={[every, ...tabs]} />;
}

function Filter({ selection: { query } }: { selection: Selection }) {
  return (
    <search>
      <form class="filter" action="/">
        <Hidden values={{ state: query.state, sort: query.sort === 'urgency' ? undefined : query.sort }} />
        <input
          type="search"
          name="q"
          value={query.text}
          aria-label="Filter by name or url"
          placeholder="Name or url"
        />
        <button type="submit">Filter</button>
        {query.text && (
          <a class="button" href={homeLink({ ...query, text: undefined, page: 1 })}>
            Clear
          </a>
        )}
      </form>
    </search>
  );
}

function Pages({ query, pages, found }: Selection) {
  if (pages === 1) return null;
  const { page } = query;
  return (
    <nav class="row middle" aria-label="Pages of endpoints">
      {page > 1 && (
        <a class="button" rel="prev" href={homeLink({ ...query, page: page - 1 })}>
          Previous
        </a>
      )}
      <span class="soft">
        Page {page} of {pages}, {formatNumber(found)} endpoints
      </span>
      {page < pages && (
        <a class="button" rel="next" href={homeLink({ ...query, page: page + 1 })}>
          Next
        </a>
      )}
    </nav>
  );
}
