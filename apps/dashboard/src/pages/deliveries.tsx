/** A table of deliveries. */
import { eventName, formatNumber } from '@longshore/event';
import { describeRule } from '@longshore/operator/format';
import type { StoredDelivery, StoredEvent } from '@longshore/queue/deliveries';
import { Ago, Heads } from './parts.js';

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
    <table class="cards">
      <caption class="hidden">{caption}</caption>
      <Heads columns={['Event', 'Received', { number: 'Attempts' }, 'When', 'Result']} />
      <tbody>
        {deliveries.map(({ id, event, attempts, at, failed, ignored, state }) => (
          <tr key={id}>
            <th scope="row">
              <a href={deliveryPath(id)}>{nameOf(event)}</a>
            </th>
            <td data-label="Received">{event && <Ago at={event.receivedAt} now={now} />}</td>
            <td class="number" data-label="Attempts">
              {formatNumber(attempts)}
            </td>
            <td data-label={at ? 'When' : undefined}>{at && <Ago at={at} now={now} />}</td>
            <td class="break">
              {ignored ? `ignored by ${describeRule(ignored)}` : (failed ?? STATES[state])}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How a delivery stands, in words. */
export const STATES = {
  waiting: 'queued',
  active: 'in flight',
  delayed: 'delayed, next attempt',
  delivered: 'delivered',
  dead: 'dead-lettered',
};
