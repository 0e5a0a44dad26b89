/** The dead-letter set: find them, retry them, drop them. */
import type { DeadLetter } from '@longshore/queue/operator';
import type { DeadWords, Held } from '../operate/index.js';
import { deliveryPath, eventName } from './deliveries.js';
import { endpointPath } from './overview.js';
import { Ago, count, Heads, Hidden, link, number } from './parts.js';

/** The filter as it stands in the address, and as `longshore dead` has it. */
export type DeadQuery = Omit<DeadWords, 'id'> & { id?: string };

export interface DeadProps {
  query: DeadQuery;
  letters: readonly DeadLetter[];
  /** Of the filter; undefined when counting them would mean to read them all. */
  total?: number;
  /** Names that the filter offers. */
  endpoints: readonly string[];
  /** Cursor of the next page. */
  next?: string;
  now: number;
}

export function DeadPage({ query, letters, total, endpoints, next, now }: DeadProps) {
  const values = { ...query };
  const filtered = Object.values(values).some(Boolean);
  return (
    <>
      <h1>Dead letters</h1>
      <Filter query={query} endpoints={endpoints} />
      {letters.length === 0 ? (
        <p class={filtered ? 'soft' : 'good'}>
          {filtered ? 'Nothing dead fits this filter.' : 'Nothing is dead.'}
          {next && ' So far: there are more to look through.'}
        </p>
      ) : (
        <>
          <div class="row">
            <a class="button" href={link('/dead/retry', values)}>
              Retry {total === undefined ? 'all that fit' : `all ${number(total)}`}
            </a>
            <a class="button danger" href={link('/dead/drop', values)}>
              Drop {total === undefined ? 'all that fit' : `all ${number(total)}`}
            </a>
          </div>
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

function Filter({ query, endpoints }: { query: DeadQuery; endpoints: readonly string[] }) {
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
      <caption class="hidden">Dead deliveries, newest first</caption>
      <Heads
        columns={['Event', 'Endpoint', 'Dead since', { number: 'Attempts' }, 'Last answer', { act: 'Retry' }]}
      />
      <tbody>
        {letters.map(({ id, endpoint, deadAt, attempts, event, detail, reason }) => (
          <tr key={id}>
            <th scope="row">
              <a href={deliveryPath(id)}>{eventName(event)}</a>
            </th>
            <td class="break" data-label="Endpoint">
              <a href={endpointPath(endpoint)}>{endpoint}</a>
            </td>
            <td data-label="Dead since">
              <Ago at={deadAt} now={now} />
            </td>
            <td class="number" data-label="Attempts">
              {number(attempts)}
            </td>
            <td class="break">{detail || reason}</td>
            <td>
              <form method="post" action="/dead/retry">
                <input type="hidden" name="id" value={id} />
                <button type="submit" aria-label={`Retry ${eventName(event)} at ${endpoint}`}>
                  Retry
                </button>
              </form>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface ConfirmProps {
  act: 'retry' | 'drop';
  query: DeadQuery;
  /** How many it is about. */
  total: number;
  /** There may be more of them than could be counted in a moment. */
  orMore?: boolean;
  /** Where a retry would wait. */
  held?: readonly Held[];
}

/** Asked before many are retried, and before any is dropped. */
export function ConfirmDead({ act, query, total, orMore = false, held = [] }: ConfirmProps) {
  const things = orMore
    ? `${number(total)} or more dead deliveries`
    : count(total, 'dead delivery', 'dead deliveries');
  const given = Object.entries(query).filter(([, value]) => value);
  return (
    <>
      <h1>
        {act === 'drop' ? 'Drop' : 'Retry'} {things}?
      </h1>
      <p>
        {given.length === 0
          ? 'Everything that is dead, of every endpoint.'
          : given.map(([name, value]) => `${name} ${value}`).join(', ')}
      </p>
      <p class={act === 'drop' ? 'note bad' : 'soft'}>
        {act === 'drop'
          ? 'What is dropped is gone: it is counted and recorded, and cannot be delivered any more.'
          : 'Each gets all of its attempts again, under the same id. They go out at a pace that leaves room for what is fresh.'}
      </p>
      {held.map(({ endpoint, why }) => (
        <p class="note" key={endpoint}>
          {endpoint}: {why}.
        </p>
      ))}
      <form class="row" method="post" action={`/dead/${act}`}>
        <Hidden values={{ ...query }} />
        {given.length === 0 && <input type="hidden" name="all" value="true" />}
        <button class={act === 'drop' ? 'danger' : 'main'} type="submit" disabled={total === 0 && !orMore}>
          {act === 'drop' ? 'Drop' : 'Retry'} {things}
        </button>
        <a class="button" href={query.id ? deliveryPath(query.id) : link('/dead', { ...query })}>
          Back
        </a>
      </form>
    </>
  );
}
