/** Archived events to an endpoint again: the form that is filled in and confirmed. */
import { formatNumber } from '@longshore/event';
import type { ReplayQuery } from '@longshore/operator/replay';
import { Refused, Submit } from '../submit.js';

/** What the page shows. */
export interface ReplayProps {
  query: ReplayQuery;
  /** Endpoints of the configuration. */
  endpoints: readonly string[];
  /** Why nothing is delivered to the chosen one at present. */
  blocked?: string;
  /** Events of the window; undefined without an endpoint and a begin. */
  events?: number;
}

const ACTIONS = ['push', 'pull', 'mount', 'delete', 'other'];

/** The page. With an endpoint and a begin it counts the events, and has the button. */
export function ReplayPage({ query, endpoints, blocked, events }: ReplayProps) {
  return (
    <>
      <h1>Replay events</h1>
      <p class="soft">
        Sends archived events of a time span to an endpoint, by its present rules, at 100 a second. Events
        that it has accepted or that wait for it are skipped; its dead letters are retried.
      </p>
      <Choices query={query} endpoints={endpoints} />
      {events !== undefined && <Confirm query={query} events={events} blocked={blocked} />}
    </>
  );
}

function Choices({ query, endpoints }: Pick<ReplayProps, 'query' | 'endpoints'>) {
  return (
    <form class="row" action="/replay">
      <label>
        Endpoint
        <select name="endpoint">
          {endpoints.map((name) => (
            <option key={name} value={name} selected={name === query.endpoint}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Since
        <input name="since" value={query.since} placeholder="2d or 2026-11-21" size={14} required />
      </label>
      <label>
        Until
        <input name="until" value={query.until} placeholder="now" size={14} />
      </label>
      <label>
        Repository (glob)
        <input name="repository" value={query.repository} placeholder="acme/**" size={14} />
      </label>
      <label>
        Action
        <select name="action">
          <option value="">all</option>
          {ACTIONS.map((name) => (
            <option key={name} value={name} selected={name === query.action}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input type="checkbox" name="force" value="true" checked={query.force === true} />
        Send accepted events again
      </label>
      <button type="submit">Count</button>
    </form>
  );
}

function Confirm({ query, events, blocked }: Pick<ReplayProps, 'query' | 'blocked'> & { events: number }) {
  const { force, ...fields } = query;
  const most = events >= 1_000_000 ? 'a million events or more' : `${formatNumber(events)} events`;
  return (
    <>
      <h2>
        Replay {most} to {query.endpoint}?
      </h2>
      {force && (
        <p class="note">
          The endpoint gets all of them, also those that it has accepted, with new delivery ids.
        </p>
      )}
      {blocked && (
        <p class="note">
          {query.endpoint} is {blocked}: the deliveries wait until it is not.
        </p>
      )}
      <form class="row" method="post" action="/replay">
        {Object.entries(fields).map(([name, value]) =>
          value === undefined ? null : <input key={name} type="hidden" name={name} value={String(value)} />,
        )}
        {force && <input type="hidden" name="force" value="true" />}
        <Submit class="main" disabled={events === 0}>
          Replay {most}
        </Submit>
        <a class="button" href="/events">
          Back
        </a>
      </form>
      <Refused />
    </>
  );
}
