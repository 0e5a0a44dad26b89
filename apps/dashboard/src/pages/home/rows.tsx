/** The endpoints of the home page: one line each. */
import { formatDuration, formatNumber } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { backlogTrend, describeReason } from '@longshore/operator/format';
import { type Activity, percentile } from '@longshore/queue/activity';
import { formatLatency } from '../charts/lines.js';
import { Strip } from '../charts/strip.js';
import { endpointPath } from '../overview.js';
import { Ago, Count, link, State, Zero } from '../parts.js';
import type { HomeQuery, Sort } from './select.js';

/** What a row needs beside its endpoint. */
export interface RowsProps {
  rows: readonly EndpointOverview[];
  activity: ReadonlyMap<string, Activity>;
  query: HomeQuery;
  /** Until Redis is full; undefined when it does not fill up. */
  redisFullMs?: number;
  now: number;
}

interface Head {
  text: string;
  class?: string;
  sort?: Sort;
}

const HEADS: readonly Head[] = [
  { text: 'State', class: 'c-state', sort: 'urgency' },
  { text: 'Endpoint', class: 'c-name', sort: 'name' },
  { text: 'Last 24 hours', class: 'c-strip' },
  { text: 'Per min', class: 'number c-short', sort: 'rate' },
  { text: 'p95', class: 'number c-short' },
  { text: 'Backlog', class: 'number c-short', sort: 'backlog' },
  { text: 'Trend', class: 'c-trend' },
  { text: 'Oldest', class: 'c-time', sort: 'oldest' },
  { text: 'Dead', class: 'number c-short', sort: 'dead' },
  { text: 'Last error', class: 'c-error' },
];

/** The address of the home page with this query. */
export const homeLink = ({ text, state, sort, page }: HomeQuery): string =>
  link('/', {
    q: text,
    state,
    sort: sort === 'urgency' ? undefined : sort,
    page: page > 1 ? String(page) : undefined,
  });

/** The table. */
export function EndpointRows(props: RowsProps) {
  return (
    <table class="cards lines home">
      <caption class="hidden">Endpoints</caption>
      <thead>
        <tr>
          {HEADS.map(({ text, class: name, sort }) => (
            <th
              key={text}
              scope="col"
              class={name}
              aria-sort={sort && sort === props.query.sort ? sortWord(sort) : undefined}
            >
              {sort ? <a href={homeLink({ ...props.query, sort, page: 1 })}>{text}</a> : text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <Row key={row.name} row={row} {...props} />
        ))}
      </tbody>
    </table>
  );
}

const sortWord = (sort: Sort): 'ascending' | 'descending' =>
  sort === 'name' || sort === 'oldest' ? 'ascending' : 'descending';

function Row({ row, activity, redisFullMs, now }: RowsProps & { row: EndpointOverview }) {
  const { name: endpoint, pulse, state, url } = row;
  const { waiting, delayed, active, dead, oldestAt } = pulse;
  const path = endpointPath(endpoint);
  const seen = activity.get(endpoint);
  const backlog = waiting + delayed + active;
  const trend = backlogTrend(backlog, seen?.minutes ?? [], redisFullMs, now);
  return (
    <tr>
      <td title={state.words}>
        <State name={state.name} />
      </td>
      <th scope="row" title={url ? `${endpoint} → ${url}` : endpoint}>
        <a href={path}>{endpoint}</a>
        {row.insecure && (
          <span class="bad" title="certificate not checked (tls.insecure)">
            {' insecure'}
            <span class="hidden">: certificate not checked</span>
          </span>
        )}
      </th>
      <td>{seen && <EndpointStrip activity={seen} />}</td>
      <Rate rate={row.rate} />
      <Latency activity={seen} now={now} />
      <Count label="Backlog" value={backlog} href={path} />
      <td class={trend?.direction === 'grows' ? 'warn' : 'soft'} title={trend?.words}>
        {trend?.words}
      </td>
      <td class="soft" data-label={oldestAt ? 'Oldest undelivered' : undefined}>
        {oldestAt && formatDuration(now - oldestAt)}
      </td>
      <Count label="Dead letters" value={dead} href={link('/dead', { endpoint })} />
      <LastError row={row} now={now} />
    </tr>
  );
}

const WORDS = { good: 'delivered', bad: 'failed', waits: 'held' };

/** The strip of an endpoint's day. */
export function EndpointStrip({ activity }: { activity: Activity }) {
  const marks = activity.quarters.map(({ at, delivered, failed, held }) => ({
    ...{ at, good: delivered, bad: failed, waits: held },
  }));
  return <Strip label="Last 24 hours" marks={marks} words={WORDS} />;
}

function Rate({ rate }: { rate: number }) {
  const rounded = rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10;
  return (
    <td class={rounded === 0 ? 'number zero' : 'number'} data-label="Per minute">
      {rounded === 0 ? <Zero /> : formatNumber(rounded)}
    </td>
  );
}

const RECENT_MS = 15 * 60_000;

/** p95 of the attempts of the last quarter of an hour, ms; undefined without any. */
export function recentLatency({ minutes }: Activity, now: number): number | undefined {
  const recent = minutes.filter(({ at }) => at > now - RECENT_MS);
  const counts = recent[0]?.latency.map((_, n) =>
    recent.reduce((sum, { latency }) => sum + (latency[n] ?? 0), 0),
  );
  return percentile(counts ?? [], 0.95);
}

function Latency({ activity, now }: { activity?: Activity; now: number }) {
  const p95 = activity && recentLatency(activity, now);
  if (p95 === undefined) return <td class="number" />;
  return (
    <td class="number" data-label="p95">
      {formatLatency(p95)}
    </td>
  );
}

/** Only while it matters: nothing was delivered since. */
function LastError({ row: { pulse }, now }: { row: EndpointOverview; now: number }) {
  const { lastError, failures, hold } = pulse;
  if (!lastError || (failures === 0 && !hold)) return <td class="clip" />;
  return (
    <td class="error" data-label="Last error" title={lastError.detail}>
      <span class="soft">
        <Ago at={lastError.at} now={now} />
      </span>{' '}
      {describeReason(lastError.reason)}
    </td>
  );
}
