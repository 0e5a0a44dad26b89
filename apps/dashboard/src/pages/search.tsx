/** The history of an event, as `longshore trace` shows it: the state of each delivery, and every step. */

import { type EventHistory, eventName, type HistoryAnswer, plural, shortDigest } from '@longshore/event';
import { describeGap, describeMissing, describeStates } from '@longshore/operator/format';
import { Matrix } from './event/matrix.js';
import { At, DescriptionRow, Heads, link } from './parts.js';
import { Steps } from './timeline.js';

/** What the page shows. */
export interface SearchProps {
  /** Undefined without a search. */
  traced?: HistoryAnswer;
  /** Why nothing is delivered to an endpoint at present. */
  blocked?: ReadonlyMap<string, string>;
}

/** The page. */
export function SearchPage({ traced, blocked = new Map() }: SearchProps) {
  if (!traced) return <Hint />;
  const { search, understood, trails, more, since, gaps, unavailable } = traced;
  return (
    <>
      <h1>{trails.length === 0 ? `No events found for ${search}` : search}</h1>
      <p class="soft">
        Searched by {understood.join(', ')}.{' '}
        {since ? (
          <>
            The history starts at <At at={since} />.
          </>
        ) : (
          'The history is empty.'
        )}
      </p>
      {unavailable && <p class="note">Only recent entries were searched: {unavailable}</p>}
      {gaps.map(({ since: from, until, count: missing, why }) => (
        <p class="note" key={from}>
          Missing: {describeMissing(missing)} between <At at={from} /> and <At at={until} />.{' '}
          {describeGap(why)}.
        </p>
      ))}
      {trails.length === 0 && <Advice />}
      {isOneEvent(trails) ? (
        trails.map((trail) => <TrailCard key={trail.source} trail={trail} blocked={blocked} />)
      ) : (
        <TrailList trails={trails} more={more} />
      )}
    </>
  );
}

const idOf = ({ eventId, quarantine }: EventHistory): string | undefined => eventId ?? quarantine?.id;

/** Also when two sources sent events of one id: there is nothing shorter to search for. */
const isOneEvent = (trails: readonly EventHistory[]): boolean => new Set(trails.map(idOf)).size === 1;

const nameOf = ({ quarantine, action, repository, tag }: EventHistory): string =>
  quarantine ? `Quarantined: ${quarantine.reason}` : eventName({ action, repository, tag });

/** One row for each event; its name opens it. */
function TrailList({ trails, more }: { trails: readonly EventHistory[]; more: boolean }) {
  if (trails.length === 0) return null;
  return (
    <>
      <p>
        {plural(trails.length, 'event')}, newest first.
        {more && ' There are more: search for a tag, a digest or an event id.'}
      </p>
      <table class="cards">
        <caption class="hidden">Events, newest first</caption>
        <Heads columns={['Event', 'Received', 'Deliveries', 'Digest', 'Id']} />
        <tbody>
          {trails.map((trail) => (
            <TrailRow key={idOf(trail)} trail={trail} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function TrailRow({ trail }: { trail: EventHistory }) {
  const { receivedAt, steps, digest, quarantine } = trail;
  const at = receivedAt ?? steps[0]?.at;
  return (
    <tr>
      <th scope="row">
        <a href={link('/search', { q: idOf(trail) })}>{nameOf(trail)}</a>
      </th>
      <td data-label="Received">{at && <At at={at} />}</td>
      <td data-label="Deliveries">{quarantine ? 'in quarantine' : describeStates(trail)}</td>
      <td data-label={digest ? 'Digest' : undefined}>{digest && <code>{shortDigest(digest)}</code>}</td>
      <td class="break" data-label="Id">
        <code>{idOf(trail)}</code>
      </td>
    </tr>
  );
}

function Hint() {
  return (
    <>
      <h1>Search</h1>
      <p>
        Search for an event id, a delivery id (the receiver’s <code>Idempotency-Key</code>), a quarantine id,
        a repository, <code>repository:tag</code>, or a digest.
      </p>
    </>
  );
}

function Advice() {
  return (
    <ul>
      <li>Did the registry send it? Check its log, and the metrics of the source’s requests.</li>
      <li>
        Was it rejected? Requests that cannot be parsed are in <a href="/quarantine">quarantine</a>.
      </li>
      <li>Is it older than the history? See retention.trail and retention.delivered.</li>
    </ul>
  );
}

type Blocked = NonNullable<SearchProps['blocked']>;

function TrailCard({ trail, blocked }: { trail: EventHistory; blocked: Blocked }) {
  const { eventId, source, kind, digest, quarantine } = trail;
  return (
    <section class="card">
      <h2>{nameOf(trail)}</h2>
      <dl>
        <DescriptionRow name="Event">{eventId && <code>{eventId}</code>}</DescriptionRow>
        <DescriptionRow name="Quarantine">
          {quarantine &&
            (quarantine.kept ? (
              <a href={`/quarantine/${quarantine.id}`}>{quarantine.id}</a>
            ) : (
              `${quarantine.id} (no longer kept)`
            ))}
        </DescriptionRow>
        <DescriptionRow name="From">
          {source && `${source}${kind && kind !== source ? ` (${kind})` : ''}`}
        </DescriptionRow>
        <DescriptionRow name="Digest">{digest && <code>{digest}</code>}</DescriptionRow>
      </dl>
      <Matrix trail={trail} blocked={blocked} />
      {trail.incomplete && <p class="note">The history of this event is incomplete.</p>}
      <Steps steps={trail.steps} />
    </section>
  );
}
