/** One delivery: how it stands, each attempt, what is ahead, the request, and the body. */
import { formatNumber, formatSize } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { describeReason, describeRule } from '@longshore/operator/format';
import type { StoredDeliveryDetail } from '@longshore/queue/deliveries';
import { deliveryPath, nameOf, STATES } from '../deliveries.js';
import { endpointPath } from '../overview.js';
import { Ago, At, DescriptionRow, link, Text } from '../parts.js';
import { Refused, Submit } from '../submit.js';
import { Ahead } from './ahead.js';
import { type Attempt, Attempts } from './attempts.js';
import { RequestAsSent, type ShownRequest } from './request.js';

/** What the page of a delivery shows. */
export interface DeliveryProps {
  detail: StoredDeliveryDetail;
  /** As the history has them, oldest first. */
  attempts: readonly Attempt[];
  /** Of its endpoint, while it is configured. */
  settings?: EndpointOverview['settings'];
  /** What its endpoint would be sent now; absent where no request can be shown. */
  request?: ShownRequest;
  now: number;
}

/** The page. */
export function DeliveryPage({ detail, attempts, settings, request, now }: DeliveryProps) {
  const { id, endpoint, state, at, event, last, failed, ignored, supersededBy, delivery, raw } = detail;
  return (
    <>
      <h1>{nameOf(event)}</h1>
      <p>
        {ignored ? `ignored by ${describeRule(ignored)}` : STATES[state]}{' '}
        {at !== undefined && <Ago at={at} now={now} />} · endpoint{' '}
        <a href={endpointPath(endpoint)}>{endpoint}</a>
      </p>
      {supersededBy && (
        <p class="note">
          Superseded by <a href={deliveryPath(supersededBy)}>a newer delivery</a> while it waited.
        </p>
      )}
      {state === 'dead' && <DeadButtons id={id} />}
      <Facts detail={detail} />
      {last ? <Answer last={last} /> : failed && <p class="note bad">{failed}</p>}
      <h2>Attempts</h2>
      <Attempts attempts={attempts} counted={detail.attempts} />
      <Ahead detail={detail} settings={settings} now={now} />
      {request && <RequestAsSent shown={request} />}
      <h2>Event</h2>
      <Text name="Event">
        {delivery ? bodyOf(delivery.payload) : (raw ?? 'Removed when the delivery was settled.')}
      </Text>
    </>
  );
}

function Facts({ detail: { id, event, attempts, bytes } }: { detail: StoredDeliveryDetail }) {
  return (
    <dl>
      <DescriptionRow name="Delivery">
        <code>{id}</code>
      </DescriptionRow>
      <DescriptionRow name="Event">
        {event && (
          <a href={link('/event', { id: event.id, source: event.source })}>
            <code>{event.id}</code>
          </a>
        )}
      </DescriptionRow>
      <DescriptionRow name="Received">{event && <At at={event.receivedAt} />}</DescriptionRow>
      <DescriptionRow name="From">
        {event && `${event.source} (${event.kind}, ${event.nativeType})`}
      </DescriptionRow>
      <DescriptionRow name="Digest">{event?.view.digest && <code>{event.view.digest}</code>}</DescriptionRow>
      <DescriptionRow name="Attempts">{formatNumber(attempts)}</DescriptionRow>
      <DescriptionRow name="Size">{formatSize(bytes)}</DescriptionRow>
    </dl>
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
