/** Which endpoints were notified of a digest, and how it ended: one row for each delivery of its events. */
import type { EventHistory, HistoryAnswer } from '@longshore/event';
import { deliveryPath } from '../deliveries.js';
import { DeliveryState } from '../delivery/state.js';
import { endpointPath } from '../overview.js';
import { At, Heads, link } from '../parts.js';
import { eventPath } from './links.js';
import { Reach } from './reach.js';

/** More are in the search. */
const MAX_ROWS = 100;

interface NotifiedProps {
  digest: string;
  /** Undefined: the history could not be read. */
  traced?: HistoryAnswer;
}

/** The table. */
export function Notified({ digest, traced }: NotifiedProps) {
  if (!traced) return <p class="note bad">The deliveries cannot be shown: Redis is unavailable.</p>;
  const rows = traced.trails.flatMap((trail) => trail.deliveries.map((delivery) => ({ trail, delivery })));
  const search = link('/search', { q: digest });
  return (
    <>
      {rows.length === 0 ? (
        <p class="soft">The history has no delivery of an event with this digest.</p>
      ) : (
        <table class="cards">
          <caption class="hidden">Deliveries, newest event first</caption>
          <Heads columns={['Endpoint', 'Event', 'State', 'When']} />
          <tbody>
            {rows.slice(0, MAX_ROWS).map(({ trail, delivery: { id, endpoint, state, settledAt, until } }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={endpointPath(endpoint)}>{endpoint}</a>
                </th>
                <td class="break" data-label="Event">
                  <EventOf trail={trail} />
                </td>
                <td data-label="State">
                  <a href={deliveryPath(id)}>
                    <DeliveryState state={state} />
                  </a>
                </td>
                <td data-label={(settledAt ?? until) && 'When'}>
                  {settledAt ? (
                    <At at={settledAt} />
                  ) : (
                    until && (
                      <>
                        next attempt <At at={until} />
                      </>
                    )
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Reach traced={traced} />
      <p class="soft">
        {(traced.more || rows.length > MAX_ROWS) && 'There are more deliveries. '}
        <a href={search}>Open in the search</a>
      </p>
    </>
  );
}

function EventOf({ trail: { source, eventId, action, repository, tag } }: { trail: EventHistory }) {
  const name = [action, repository && `${repository}${tag ? `:${tag}` : ''}`].filter(Boolean).join(' ');
  return source && eventId ? <a href={eventPath({ source, id: eventId })}>{name}</a> : <span>{name}</span>;
}
