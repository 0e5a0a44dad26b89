/** A table of deliveries, and the page of one. */
import { eventName, formatNumber, formatSize } from '@longshore/event';
import { describeReason, describeRule } from '@longshore/operator/format';
import type { StoredDelivery, StoredDeliveryDetail, StoredEvent } from '@longshore/queue/deliveries';
import { endpointPath } from './overview.js';
import { Ago, At, DescriptionRow, Heads, Text } from './parts.js';
import { Refused, Submit } from './submit.js';

/** The page of a delivery. */
export const deliveryPath = (id: string): string => `/deliveries/${encodeURIComponent(id)}`;

/** `push acme/app:1.0` */
export const nameOf = (event: StoredEvent | undefined): string =>
  event ? eventName(event.view) : 'stored by another version';

/** One row for each delivery. */
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
    <table class="cards lines deliveries">
      <caption class="hidden">{caption}</caption>
      <Heads columns={['State', 'Event', 'Received', 'When', { number: 'Attempts' }, 'Result']} />
      <tbody>
        {deliveries.map(({ id, event, attempts, at, failed, ignored, state }) => {
          const result = ignored ? `ignored by ${describeRule(ignored)}` : failed;
          return (
            <tr key={id}>
              <td>
                <span class={`state ${TONES[state]}`}>{ignored ? 'ignored' : WORDS[state]}</span>
              </td>
              <th scope="row" title={nameOf(event)}>
                <a href={deliveryPath(id)}>{nameOf(event)}</a>
              </th>
              <td data-label="Received">{event && <Ago at={event.receivedAt} now={now} />}</td>
              <td data-label={at ? 'When' : undefined}>{at && <Ago at={at} now={now} />}</td>
              <td class="number" data-label="Attempts">
                {formatNumber(attempts)}
              </td>
              <td class="soft" title={result}>
                {result}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const WORDS = {
  waiting: 'waiting',
  active: 'in flight',
  delayed: 'delayed',
  delivered: 'delivered',
  dead: 'dead',
};
const TONES = { waiting: 'soft', active: 'good', delayed: 'warn', delivered: 'good', dead: 'bad' };

/** What the page of a delivery shows. */
export interface DeliveryProps {
  detail: StoredDeliveryDetail;
  now: number;
}

const STATES = {
  waiting: 'queued',
  active: 'in flight',
  delayed: 'delayed, next attempt',
  delivered: 'delivered',
  dead: 'dead-lettered',
};

/** The page of a delivery. */
export function DeliveryPage({ detail, now }: DeliveryProps) {
  const { id, endpoint, state, at, attempts, event, last, failed, ignored, delivery, raw, bytes } = detail;
  return (
    <>
      <h1>{nameOf(event)}</h1>
      <p>
        {ignored ? `ignored by ${describeRule(ignored)}` : STATES[state]}{' '}
        {at !== undefined && <Ago at={at} now={now} />} · endpoint{' '}
        <a href={endpointPath(endpoint)}>{endpoint}</a>
      </p>
      {state === 'dead' && <DeadButtons id={id} />}
      <dl>
        <DescriptionRow name="Delivery">
          <code>{id}</code>
        </DescriptionRow>
        <DescriptionRow name="Event">
          {event && (
            <a href={`/search?q=${encodeURIComponent(event.id)}`}>
              <code>{event.id}</code>
            </a>
          )}
        </DescriptionRow>
        <DescriptionRow name="Received">{event && <At at={event.receivedAt} />}</DescriptionRow>
        <DescriptionRow name="From">
          {event && `${event.source} (${event.kind}, ${event.nativeType})`}
        </DescriptionRow>
        <DescriptionRow name="Digest">
          {event?.view.digest && <code>{event.view.digest}</code>}
        </DescriptionRow>
        <DescriptionRow name="Attempts">{formatNumber(attempts)}</DescriptionRow>
        <DescriptionRow name="Size">{formatSize(bytes)}</DescriptionRow>
      </dl>
      {last ? <Answer last={last} /> : failed && <p class="note bad">{failed}</p>}
      <h2>Body</h2>
      <Text name="Event">
        {delivery ? bodyOf(delivery.payload) : (raw ?? 'Removed when the delivery was settled.')}
      </Text>
    </>
  );
}

function bodyOf({ event, text }: { event?: object; text?: string }): string {
  return text ?? JSON.stringify(event, null, 2);
}

function Answer({ last }: { last: NonNullable<StoredDeliveryDetail['last']> }) {
  return (
    <>
      <h2>Last answer</h2>
      <p class="note bad">
        {last.detail ?? describeReason(last.reason)}
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
        <Submit class="main">Retry with all attempts</Submit>
      </form>
      <a class="button danger" href={`/dead/drop?id=${encodeURIComponent(id)}`}>
        Delete
      </a>
      <Refused />
    </div>
  );
}
