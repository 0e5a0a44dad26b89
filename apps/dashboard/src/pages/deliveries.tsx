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

/** How a delivery stands, in words. */
export const STATES = {
  waiting: 'queued',
  active: 'in flight',
  delayed: 'delayed, next attempt',
  delivered: 'delivered',
  dead: 'dead-lettered',
};
