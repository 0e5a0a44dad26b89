/** Pulls and pushes over time, and who and what has most of them. Charts count pulls as sessions; top lists count requests. */
import type { Coverage, DayCounts, TopEntry } from '@longshore/archive/items';
import type { TopMeasure, TopSubject } from '@longshore/archive/read';
import type { SessionDay } from '@longshore/archive/sessions';
import { link } from '../parts.js';
import { Activity, Totals } from './activity.js';
import { CoverageNote } from './coverage.js';
import { FilterForm, SourceChoice, WindowFields } from './fields.js';
import { Exports, type Query } from './links.js';
import { DEFAULT_SINCE } from './params.js';
import { MEASURES, TopTable } from './top.js';

/** What the page shows. */
export interface StatisticsProps {
  /** `since`, `until`, `source`. */
  query: Query;
  by: TopMeasure;
  days: readonly DayCounts[];
  sessions: readonly SessionDay[];
  /** By what they are of. Actors and clients are counted for all sources together. */
  tops: Readonly<Record<TopSubject, readonly TopEntry[]>>;
  coverage: Coverage;
  /** Epoch milliseconds: so far back it looks. */
  from: number;
}

const TOPS: readonly { of: TopSubject; title: string; name: string; field?: 'actor' | 'client' }[] = [
  { of: 'repositories', title: 'Top repositories', name: 'Repository' },
  { of: 'tags', title: 'Top tags', name: 'Tag' },
  { of: 'actors', title: 'Top actors', name: 'Actor', field: 'actor' },
  { of: 'clients', title: 'Top clients', name: 'Client', field: 'client' },
];

/** The page. */
export function StatisticsPage({ query, by, days, sessions, tops, coverage, from }: StatisticsProps) {
  const window = { since: query.since ?? DEFAULT_SINCE, until: query.until };
  return (
    <>
      <h1>Statistics</h1>
      <FilterForm path="/statistics">
        <WindowFields {...window} />
        <SourceChoice sources={coverage.sources} value={query.source} />
        <label>
          Top lists by
          <select name="by">
            {Object.entries(MEASURES).map(([measure, words]) => (
              <option key={measure} value={measure} selected={measure === by}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </FilterForm>
      <CoverageNote coverage={coverage} from={from} />
      <Totals days={days} sessions={sessions} />
      <Activity days={days} sessions={sessions} since={coverage.since} />
      <p class="row">
        <Exports of="stats/sessions" query={{ ...window, source: query.source }} />
        <a class="button" href={link('/pulls', { ...window, source: query.source, state: 'interrupted' })}>
          Interrupted pulls
        </a>
      </p>
      <p class="soft">The lists below count requests: GETs of manifests as pulls, HEADs as checks.</p>
      <div class="pair">
        {TOPS.map(({ of, title, name, field }) => (
          <section key={of} aria-label={title}>
            <h2>
              {title}
              {field && query.source && ' of all sources'}
            </h2>
            <TopTable entries={tops[of]} by={by} name={name} field={field} />
            <p class="row">
              <Exports
                of="stats/top"
                query={{ of, by, ...window, source: field ? undefined : query.source }}
              />
            </p>
          </section>
        ))}
      </div>
    </>
  );
}
