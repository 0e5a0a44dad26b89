/** What the archive holds, and since when. */
import { sql } from 'kysely';
import { SUBJECTS } from '../db/tables.js';
import type { Ask } from './ask.js';
import { given } from './events/row.js';
import type { Coverage, CoverageSpan } from './types.js';

/** By `coverage.verdict`. */
const VERDICTS: readonly CoverageSpan['verdict'][] = ['complete', 'gap', 'unknown'];
const MOST_SPANS = 500;

interface SourceRow {
  source: string;
  kind: string;
  first_day: string | null;
  last_day: string | null;
}

interface SpanRow {
  source: string;
  since: string;
  until: string;
  verdict: number;
  note: string | null;
}

/** See the header. */
export async function readCoverage(ask: Ask): Promise<Coverage> {
  const [bounds, sources, spans] = await Promise.all([
    ask(sql<{ since: string | null; until: string | null }>`
      select (select at from event order by at limit 1) as since,
        (select at from event order by at desc limit 1) as until`),
    ask(sql<SourceRow>`select s.name as source, s.kind, min(a.day) as first_day, max(a.day) as last_day
      from source s left join activity_day a on a.subject = ${SUBJECTS.source} and a.subject_id = s.id
      group by s.id order by s.name`),
    ask(sql<SpanRow>`select s.name as source, c.since, c.until, c.verdict, c.note
      from coverage c join source s on s.id = c.source_id order by c.since desc limit ${MOST_SPANS}`),
  ]);
  const [{ since, until } = { since: null, until: null }] = bounds;
  return {
    ...given({ since: since ?? undefined, until: until ?? undefined }),
    sources: sources.map(({ source, kind, first_day: first, last_day: last }) => ({
      ...{ source, kind },
      ...given({ firstDay: first ?? undefined, lastDay: last ?? undefined }),
    })),
    spans: spans.map(({ verdict, note, ...span }) => ({
      ...span,
      verdict: VERDICTS[verdict] ?? 'unknown',
      ...given({ note: note ?? undefined }),
    })),
  };
}
