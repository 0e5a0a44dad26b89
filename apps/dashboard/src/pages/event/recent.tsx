/** What came in lately, without an archive: the newest events of the trail. */
import { eventName, formatNumber, plural, type RecentEvents, shortDigest } from '@longshore/event';
import { At, Heads, link } from '../parts.js';

/** What the page shows. */
export interface RecentProps extends RecentEvents {
  /** It is not the first page. */
  after?: string;
}

/** The page. Its first page shows new events by itself. */
export function RecentPage({ events, since, next, after }: RecentProps) {
  return (
    <>
      <h1>Events</h1>
      <p class="soft">
        What came in lately, newest first.{' '}
        {since && (
          <>
            The trail reaches back to <At at={since} />.{' '}
          </>
        )}
        An <a href="/repositories">archive</a> keeps every event, and searches them by repository, tag, actor
        and time.
      </p>
      <div data-live={after === undefined || undefined}>
        {events.length === 0 ? <None older={next !== undefined} /> : <RecentTable events={events} />}
        {next && (
          <p>
            <a href={link('/events', { after: next })}>More</a>
          </p>
        )}
      </div>
    </>
  );
}

/** The trail also holds attempts: many retries may fill what one page looks through. */
const None = ({ older }: { older: boolean }) => (
  <p class="soft">
    {older ? 'The newest entries of the trail are attempts; events are further back.' : 'No events yet.'}
  </p>
);

function RecentTable({ events }: Pick<RecentEvents, 'events'>) {
  return (
    <table class="cards">
      <caption class="hidden">Events, newest first</caption>
      <Heads columns={['Event', 'Received', 'Deliveries', 'Digest', 'Source', 'Actor', 'From']} />
      <tbody>
        {events.map((event, n) => (
          <Row key={n} event={event} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ event }: { event: RecentEvents['events'][number] }) {
  const { eventId, source, view, at, planned, ignored, actor, remote } = event;
  const duplicates = planned.filter(({ known }) => known).length;
  return (
    <tr>
      <th scope="row" class="break">
        <a href={link('/event', { id: eventId, source })}>{eventName(view)}</a>
      </th>
      <td class="nowrap" data-label="Received">
        <At at={at} />
      </td>
      <td data-label="Deliveries">
        {plural(planned.length, 'endpoint')}
        {duplicates > 0 && `, ${plural(duplicates, 'duplicate')}`}
        {ignored.length > 0 && <span class="soft">, ignored by {formatNumber(ignored.length)}</span>}
      </td>
      <td data-label={view.digest && 'Digest'}>{view.digest && <code>{shortDigest(view.digest)}</code>}</td>
      <td class="break" data-label="Source">
        {source}
      </td>
      <td class="break" data-label={actor && 'Actor'}>
        {actor}
      </td>
      <td class="nowrap" data-label={remote && 'From'}>
        {remote}
      </td>
    </tr>
  );
}
