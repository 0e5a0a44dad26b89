/** The dead-letter set: filter, retry, delete. */
import { formatNumber, plural } from '@longshore/event';
import type { BlockedEndpoint, DeadLetterQuery } from '@longshore/operator';
import { describeReason } from '@longshore/operator/format';
import type { DeadLetter } from '@longshore/queue/dead';
import { deliveryPath, nameOf } from './deliveries.js';
import { endpointPath } from './overview.js';
import { Ago, Heads, Hidden, link } from './parts.js';
import { Refused, Submit } from './submit.js';

/** The filter in the address, with the names of `longshore dead`. */
export type DeadPageQuery = Omit<DeadLetterQuery, 'id'> & { id?: string };

/** What the page shows. */
export interface DeadProps {
  query: DeadPageQuery;
  letters: readonly DeadLetter[];
  /** Number of matches; undefined when counting would have to read every delivery. */
  total?: number;
  /** Options of the filter. */
  endpoints: readonly string[];
  /** Cursor of the next page. */
  next?: string;
  now: number;
}

/** The page. */
export function DeadPage({ query, letters, total, endpoints, next, now }: DeadProps) {
  const values = { ...query };
  const filtered = Object.values(values).some(Boolean);
  return (
    <>
      <h1>Dead letters</h1>
      <Filter query={query} endpoints={endpoints} />
      {letters.length === 0 ? (
        <p class={filtered ? 'soft' : 'good'}>
          {filtered ? 'No dead letters match this filter.' : 'There are no dead letters.'}
          {next && ' Not all of them were searched: see the next page.'}
        </p>
      ) : (
        <>
          <div class="row">
            <a class="button" href={link('/dead/retry', values)}>
              Retry {total === undefined ? 'all matching' : `all ${formatNumber(total)}`}
            </a>
            <a class="button danger" href={link('/dead/drop', values)}>
              Delete {total === undefined ? 'all matching' : `all ${formatNumber(total)}`}
            </a>
          </div>
          <Refused />
          <Letters letters={letters} now={now} />
        </>
      )}
      {next && (
        <p>
          <a href={link('/dead', { ...values, after: next })}>More</a>
        </p>
      )}
    </>
  );
}

function Filter({ query, endpoints }: { query: DeadPageQuery; endpoints: readonly string[] }) {
  return (
    <form class="row" action="/dead">
      <label>
        Endpoint
        <select name="endpoint">
          <option value="">all</option>
          {endpoints.map((name) => (
            <option key={name} value={name} selected={name === query.endpoint}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Repository (glob)
        <input name="repository" value={query.repository} placeholder="acme/**" size={14} />
      </label>
      <label>
        Reason
        <input name="reason" value={query.reason} placeholder="http_503" size={10} />
      </label>
      <label>
        Since
        <input name="since" value={query.since} placeholder="2h or 2026-11-21" size={14} />
      </label>
      <label>
        Until
        <input name="until" value={query.until} placeholder="10m" size={14} />
      </label>
      <button type="submit">Filter</button>
      <a class="button" href="/dead">
        Clear
      </a>
    </form>
  );
}

function Letters({ letters, now }: { letters: readonly DeadLetter[]; now: number }) {
  return (
    <table class="cards">
      <caption class="hidden">Dead-lettered deliveries, newest first</caption>
      <Heads
        columns={[
          'Event',
          'Endpoint',
          'Dead-lettered',
          { number: 'Attempts' },
          'Last answer',
          { action: 'Retry' },
        ]}
      />
      <tbody>
        {letters.map(({ id, endpoint, deadAt, attempts, event, detail, reason }) => (
          <tr key={id}>
            <th scope="row">
              <a href={deliveryPath(id)}>{nameOf(event)}</a>
            </th>
            <td class="break" data-label="Endpoint">
              <a href={endpointPath(endpoint)}>{endpoint}</a>
            </td>
            <td data-label="Dead-lettered">
              <Ago at={deadAt} now={now} />
            </td>
            <td class="number" data-label="Attempts">
              {formatNumber(attempts)}
            </td>
            <td class="break">{detail || describeReason(reason)}</td>
            <td>
              <form method="post" action="/dead/retry">
                <input type="hidden" name="id" value={id} />
                <Submit label={`Retry ${nameOf(event)} at ${endpoint}`}>Retry</Submit>
              </form>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What has to be confirmed. */
export interface ConfirmProps {
  action: 'retry' | 'drop';
  query: DeadPageQuery;
  /** Number of matches. */
  total: number;
  /** There may be more matches than were counted. */
  orMore?: boolean;
  /** Endpoints to which a retry would not be delivered at present. */
  blocked?: readonly BlockedEndpoint[];
}

/** Asked before many are retried, and before any is deleted. */
export function ConfirmDead({ action, query, total, orMore = false, blocked = [] }: ConfirmProps) {
  const things = orMore
    ? `${formatNumber(total)} or more dead-lettered deliveries`
    : plural(total, 'dead-lettered delivery', 'dead-lettered deliveries');
  const verb = action === 'drop' ? 'Delete' : 'Retry';
  const needs = action === 'drop' && !query.id ? 'admin' : 'operator';
  const filters = Object.entries(query).filter(([, value]) => value);
  return (
    <>
      <h1>
        {verb} {things}?
      </h1>
      <p>
        {filters.length === 0
          ? 'All dead letters of every endpoint.'
          : filters.map(([name, value]) => `${name} ${value}`).join(', ')}
      </p>
      <p class={action === 'drop' ? 'note bad' : 'soft'}>
        {action === 'drop'
          ? 'This cannot be undone. Each deletion is recorded and counted.'
          : 'Each delivery gets all of its attempts again, keeps its id, and goes to the end of its queue: with order, it arrives after newer events. The rate is limited so that new events are not delayed.'}
      </p>
      {blocked.map(({ endpoint, why }) => (
        <p class="note" key={endpoint}>
          {endpoint}: {why}.
        </p>
      ))}
      <Refused needs={needs} />
      <form class="row" method="post" action={`/dead/${action}`}>
        <Hidden values={{ ...query }} />
        {filters.length === 0 && <input type="hidden" name="all" value="true" />}
        <Submit needs={needs} class={action === 'drop' ? 'danger' : 'main'} disabled={total === 0 && !orMore}>
          {verb} {things}
        </Submit>
        <a class="button" href={query.id ? deliveryPath(query.id) : link('/dead', { ...query })}>
          Back
        </a>
      </form>
    </>
  );
}
