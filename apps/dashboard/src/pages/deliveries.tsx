/** Deliveries in a table, and one of them in full. */
import type { StoredDelivery, StoredDeliveryDetail, StoredEvent } from '@longshore/queue/operator';
import { endpointPath } from './overview.js';
import { Ago, At, Fact, Heads, number, Text } from './parts.js';

/** Where the page of a delivery is. */
export const deliveryPath = (id: string): string => `/deliveries/${encodeURIComponent(id)}`;

/** `push acme/app:1.0`, as people call an event. */
export function eventName(event: StoredEvent | undefined): string {
  if (!event) return 'stored by another version';
  const { action, repository = '', tag, digest } = event.view;
  return `${action} ${repository}${tag ? `:${tag}` : digest ? `@${digest.slice(0, 19)}…` : ''}`;
}

export function DeliveryTable({
  caption,
  deliveries,
  now,
}: {
  caption: string;
  deliveries: readonly StoredDelivery[];
  now: number;
}) {
  if (deliveries.length === 0) return <p class="soft">None.</p>;
  return (
    <table class="cards">
      <caption class="hidden">{caption}</caption>
      <Heads columns={['Event', 'Received', { number: 'Attempts' }, 'When', 'What it came to']} />
      <tbody>
        {deliveries.map(({ id, event, attempts, at, failed, ignored, state }) => (
          <tr key={id}>
            <th scope="row">
              <a href={deliveryPath(id)}>{eventName(event)}</a>
            </th>
            <td data-label="Received">{event && <Ago at={event.receivedAt} now={now} />}</td>
            <td class="number" data-label="Attempts">
              {number(attempts)}
            </td>
            <td data-label={at ? 'When' : undefined}>{at && <Ago at={at} now={now} />}</td>
            <td class="break">{ignored ? `ignored by ${ignored}` : (failed ?? state)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface DeliveryProps {
  detail: StoredDeliveryDetail;
  now: number;
}

const STATES = {
  waiting: 'waits for a worker',
  active: 'is being attempted',
  delayed: 'waits for its next attempt',
  delivered: 'delivered',
  dead: 'dead',
};

export function DeliveryPage({ detail, now }: DeliveryProps) {
  const { id, endpoint, state, at, attempts, event, last, failed, ignored, delivery, raw, bytes } = detail;
  return (
    <>
      <h1>{eventName(event)}</h1>
      <p>
        {ignored ? `ignored by ${ignored}` : STATES[state]} at <a href={endpointPath(endpoint)}>{endpoint}</a>
        {at !== undefined && (
          <>
            , <Ago at={at} now={now} />
          </>
        )}
      </p>
      {state === 'dead' && <DeadButtons id={id} />}
      <dl>
        <Fact name="Delivery">
          <code>{id}</code>
        </Fact>
        <Fact name="Event">
          {event && (
            <a href={`/search?q=${encodeURIComponent(event.id)}`}>
              <code>{event.id}</code>
            </a>
          )}
        </Fact>
        <Fact name="Received">{event && <At at={event.receivedAt} />}</Fact>
        <Fact name="From">{event && `${event.source} (${event.kind}, ${event.nativeType})`}</Fact>
        <Fact name="Digest">{event?.view.digest && <code>{event.view.digest}</code>}</Fact>
        <Fact name="Attempts">{number(attempts)}</Fact>
        <Fact name="Size">{`${number(bytes)} bytes`}</Fact>
      </dl>
      {last ? <Answer last={last} /> : failed && <p class="note bad">{failed}</p>}
      <h2>What is delivered</h2>
      <Text name="Event">{delivery ? bodyOf(delivery.payload) : raw}</Text>
    </>
  );
}

function bodyOf({ event, text }: { event?: object; text?: string }): string {
  return text ?? JSON.stringify(event, null, 2);
}

function Answer({ last }: { last: NonNullable<StoredDeliveryDetail['last']> }) {
  return (
    <>
      <h2>The last answer</h2>
      <p class="note bad">
        {last.detail ?? last.reason}
        {last.at && (
          <>
            {' '}
            (attempt {last.attempt}, <At at={last.at} />)
          </>
        )}
      </p>
      {last.body && <Text name="Answer">{last.body}</Text>}
    </>
  );
}

function DeadButtons({ id }: { id: string }) {
  return (
    <div class="row">
      <form method="post" action="/dead/retry">
        <input type="hidden" name="id" value={id} />
        <button class="main" type="submit">
          Retry with all attempts
        </button>
      </form>
      <a class="button danger" href={`/dead/drop?id=${encodeURIComponent(id)}`}>
        Drop
      </a>
    </div>
  );
}
