/** What came in lately, with the search: one row for each event of the archive, newest first. */
import type { ArchivedEvent, Coverage, Page } from '@longshore/archive/items';
import { At, Heads, link } from '../parts.js';
import { CoverageNote } from './coverage.js';
import { Choice, Field, FilterForm, SourceChoice, WindowFields } from './fields.js';
import { ClientLink, DigestLink, EventsLink, Exports, eventPath, ImageLinks, Paging } from './links.js';
import { DEFAULT_SINCE, type EventQuery, TARGETS } from './params.js';

/** What the page shows. */
export interface EventsProps {
  query: EventQuery;
  events: Page<ArchivedEvent>;
  coverage: Coverage;
  /** Epoch milliseconds: so far back it looks. */
  from: number;
}

const ACTIONS = ['push', 'pull', 'mount', 'delete', 'other'];

/** The page. Its first page shows new events by itself. */
export function EventsPage({ query, events: { items, next }, coverage, from }: EventsProps) {
  const isFirst = query.after === undefined;
  return (
    <>
      <h1>Events</h1>
      <Filter query={query} coverage={coverage} />
      <div data-live={isFirst || undefined}>
        <CoverageNote coverage={coverage} from={from} />
        {items.length === 0 ? <NoEvents coverage={coverage} /> : <EventTable events={items} />}
        <Paging path="/events" query={query} next={next} />
        <Actions query={query} />
      </div>
    </>
  );
}

function Filter({ query, coverage }: Pick<EventsProps, 'query' | 'coverage'>) {
  const { text, action, target, since, until } = query;
  return (
    <FilterForm path="/events" more={<MoreFields query={query} coverage={coverage} />}>
      <Field label="Search" name="text" value={text} placeholder="repository, tag, digest, actor" size={26} />
      <Choice label="Action" name="action" value={action} options={ACTIONS} />
      <Choice label="About" name="target" value={target} options={TARGETS} />
      <WindowFields since={since ?? DEFAULT_SINCE} until={until} />
    </FilterForm>
  );
}

function MoreFields({ query, coverage }: Pick<EventsProps, 'query' | 'coverage'>) {
  const { repository, tag, digest, actor, addr, client, source } = query;
  const isUsed = [repository, tag, digest, actor, addr, client, source].some(Boolean);
  return (
    <details class="more" open={isUsed}>
      <summary>More fields</summary>
      <div class="row">
        <Field label="Repository (glob)" name="repository" value={repository} placeholder="acme/**" />
        <Field label="Tag" name="tag" value={tag} placeholder="1.0" size={10} />
        <Field label="Digest" name="digest" value={digest} placeholder="8 digits or more" />
        <Field label="Actor" name="actor" value={actor} placeholder="ci" size={10} />
        <Field label="Address or network" name="addr" value={addr} placeholder="10.1.0.0/16" />
        <Field label="Client" name="client" value={client} placeholder="containerd" />
        <SourceChoice sources={coverage.sources} value={source} />
      </div>
    </details>
  );
}

function NoEvents({ coverage }: { coverage: Coverage }) {
  return <p class="soft">{coverage.since ? 'No events match this filter.' : 'No events yet.'}</p>;
}

/** What can be done with all events of the filter. */
function Actions({ query: { after: _after, ...filter } }: { query: EventQuery }) {
  return (
    <p class="row">
      <Exports of="events" query={{ ...filter, since: filter.since ?? DEFAULT_SINCE }} />
      <a class="button" href={replayPath({ ...filter, since: filter.since ?? DEFAULT_SINCE })}>
        Replay to an endpoint
      </a>
    </p>
  );
}

/** A replay has these fields of the filter alone; its page shows them. */
const replayPath = ({ repository, action, since, until }: EventQuery): string =>
  link('/replay', { repository, action, since, until });

/** One row for each event. */
export function EventTable({ events }: { events: readonly ArchivedEvent[] }) {
  return (
    <table class="cards">
      <caption class="hidden">Events, newest first</caption>
      <Heads columns={['When', 'Action', 'Image', 'Digest', 'Actor', 'Client', 'Address']} />
      <tbody>
        {events.map((event) => (
          <EventRow key={`${event.source} ${event.id}`} event={event} />
        ))}
      </tbody>
    </table>
  );
}

function EventRow({ event }: { event: ArchivedEvent }) {
  const { at, digest, actor, client, addr, target } = event;
  return (
    <tr>
      <th scope="row" class="nowrap">
        <a href={eventPath(event)}>
          <At at={at} />
        </a>
      </th>
      <td data-label="Action">
        {actionOf(event)} {target === 'blob' && <span class="soft">(blob)</span>}
      </td>
      <td class="break" data-label="Image">
        <ImageLinks {...event} />
      </td>
      <td data-label={digest && 'Digest'}>
        <DigestLink digest={digest} />
      </td>
      <td class="break" data-label={actor && 'Actor'}>
        <EventsLink field="actor" value={actor} />
      </td>
      <td class="clip" data-label={client && 'Client'}>
        <ClientLink client={client} />
      </td>
      <td class="nowrap" data-label={addr && 'Address'}>
        <EventsLink field="addr" value={addr} />
      </td>
    </tr>
  );
}

/** `push`; a HEAD request for a manifest is a `check`, which moves no data. */
export const actionOf = ({ action, method }: Pick<ArchivedEvent, 'action' | 'method'>): string =>
  action === 'pull' && method === 'HEAD' ? 'check (HEAD)' : action;
