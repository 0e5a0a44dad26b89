/** One event: what its sender said, its deliveries, and its body as it came. */
import type { ArchivedEvent } from '@longshore/archive/items';
import { type EventHistory, eventName, formatSize, type HistoryAnswer } from '@longshore/event';
import { Matrix } from '../event/matrix.js';
import { At, DescriptionRow, link, Text } from '../parts.js';
import { Steps } from '../timeline.js';
import { actionOf } from './events.js';
import { DigestLink, EventsLink, repositoryPath, tagPath } from './links.js';
import { Reach } from './reach.js';

/** What the page shows. */
export interface EventProps {
  event: ArchivedEvent;
  /** Undefined: the history could not be read. */
  traced?: HistoryAnswer;
  /** Why nothing is delivered to an endpoint at present, by its name. */
  blocked: ReadonlyMap<string, string>;
}

/** The page. */
export function EventPage({ event, traced, blocked }: EventProps) {
  return (
    <>
      <h1>{eventName(event)}</h1>
      <Facts event={event} />
      <h2>Deliveries</h2>
      <Delivered {...{ event, traced, blocked }} />
      <h2>Body</h2>
      {event.body === undefined ? (
        <p class="soft">
          Not kept: <code>archive.body</code> was false when the event came.
        </p>
      ) : (
        <Text name="Body of the event">{bodyText(event.body)}</Text>
      )}
    </>
  );
}

const bodyText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body, null, 2));

function Facts({ event }: { event: ArchivedEvent }) {
  const { id, at, receivedAt, source, kind, target, repository, tag, digest, size, fromRepository } = event;
  return (
    <dl>
      <DescriptionRow name="Event">
        <code>{id}</code>
      </DescriptionRow>
      <DescriptionRow name="Time">
        <At at={at} />
      </DescriptionRow>
      <DescriptionRow name="Received">
        <At at={receivedAt} />
      </DescriptionRow>
      <DescriptionRow name="From">{kind === source ? source : `${source} (${kind})`}</DescriptionRow>
      <DescriptionRow name="Action">{actionOf(event)}</DescriptionRow>
      <DescriptionRow name="About">{target !== 'unknown' && target}</DescriptionRow>
      <DescriptionRow name="Repository">
        {repository && <a href={repositoryPath({ repository, source })}>{repository}</a>}
      </DescriptionRow>
      <DescriptionRow name="Tag">
        {repository && tag && <a href={tagPath({ repository, source, tag })}>{tag}</a>}
      </DescriptionRow>
      <DescriptionRow name="Digest">{digest && <DigestLink digest={digest} whole />}</DescriptionRow>
      <DescriptionRow name="Media type">{event.mediaType}</DescriptionRow>
      <DescriptionRow name="Size">{size !== undefined && formatSize(size)}</DescriptionRow>
      <DescriptionRow name="Mounted from">
        {fromRepository && (
          <a href={repositoryPath({ repository: fromRepository, source })}>{fromRepository}</a>
        )}
      </DescriptionRow>
      <Sender event={event} />
    </dl>
  );
}

function Sender({ event: { actor, client, addr, method, host, requestId } }: { event: ArchivedEvent }) {
  return (
    <>
      <DescriptionRow name="Actor">{actor && <EventsLink field="actor" value={actor} />}</DescriptionRow>
      <DescriptionRow name="Client">{client && <EventsLink field="client" value={client} />}</DescriptionRow>
      <DescriptionRow name="Address">{addr && <EventsLink field="addr" value={addr} />}</DescriptionRow>
      <DescriptionRow name="Method">{method}</DescriptionRow>
      <DescriptionRow name="Registry">{host}</DescriptionRow>
      <DescriptionRow name="Request">{requestId && <code>{requestId}</code>}</DescriptionRow>
    </>
  );
}

function Delivered({ event: { id, source }, traced, blocked }: EventProps) {
  if (!traced) {
    return <p class="note bad">The deliveries cannot be shown: Redis is unavailable.</p>;
  }
  // A replay has deliveries of its own, beside those of the event as it came.
  const trails = traced.trails.filter((each) => each.source === source);
  if (trails.length === 0) {
    return (
      <>
        <p class="soft">The history has none of this event.</p>
        <Reach traced={traced} />
      </>
    );
  }
  return (
    <>
      {trails.map((trail) => (
        <Deliveries key={trail.receivedAt} {...{ trail, blocked }} named={trails.length > 1} />
      ))}
      {traced.unavailable && <Reach traced={traced} />}
      <p>
        <a href={link('/search', { q: id })}>Open in the search</a>
      </p>
    </>
  );
}

/** Of one receipt, or of one replay. `named`: there are several. */
function Deliveries({
  trail,
  named,
  blocked,
}: Pick<EventProps, 'blocked'> & { trail: EventHistory; named: boolean }) {
  const received = trail.steps.find(({ step }) => step === 'received');
  const by = received?.step === 'received' ? received.by : undefined;
  return (
    <>
      {named && (
        <h3>
          {by ? `Sent again by ${by}` : 'Received'}
          {trail.receivedAt && (
            <>
              {' '}
              <At at={trail.receivedAt} />
            </>
          )}
        </h3>
      )}
      {trail.deliveries.length === 0 ? (
        <p class="soft">No endpoint wanted it.</p>
      ) : (
        <Matrix trail={trail} blocked={blocked} />
      )}
      {trail.incomplete && <p class="note">The history of this event is incomplete.</p>}
      <details>
        <summary>Every step</summary>
        <Steps steps={trail.steps} />
      </details>
    </>
  );
}
