/** What happened to an event, as `longshore trace` finds it: how each delivery stands, and what came first. */
import type { EndpointStateName, Traced, Trail, TrailDelivery } from '@longshore/queue/operator';
import { GAPS, standingInWords } from '../operate/trail-words.js';
import { deliveryPath } from './deliveries.js';
import { endpointPath } from './overview.js';
import { At, count, Fact, Heads, link, number } from './parts.js';
import { Steps } from './timeline.js';

export interface SearchProps {
  /** Undefined: nothing was asked for. */
  traced?: Traced;
  /** Endpoints where nothing is delivered now, and their state. */
  resting?: ReadonlyMap<string, EndpointStateName>;
}

export function SearchPage({ traced, resting = new Map() }: SearchProps) {
  if (!traced) return <Ask />;
  const { search, understood, trails, more, since, gaps } = traced;
  return (
    <>
      <h1>{trails.length === 0 ? `Nothing is known of ${search}` : search}</h1>
      <p class="soft">
        Searched as {understood.join(', ')}.{' '}
        {since ? (
          <>
            The trail reaches back to <At at={since} />.
          </>
        ) : (
          'The trail is empty.'
        )}
      </p>
      {gaps.map(({ since: from, until, count: missing, why }) => (
        <p class="note" key={from}>
          Between <At at={from} /> and <At at={until} /> {number(missing)} steps were not noted ({GAPS[why]}).
        </p>
      ))}
      {trails.length === 0 && <Advice />}
      {isOneEvent(trails) ? (
        trails.map((trail) => <TrailCard key={trail.source} trail={trail} resting={resting} />)
      ) : (
        <TrailList trails={trails} more={more} />
      )}
    </>
  );
}

const idOf = ({ eventId, quarantine }: Trail): string | undefined => eventId ?? quarantine?.id;

/** Also when two sources sent events of one id: there is nothing shorter to search for. */
const isOneEvent = (trails: readonly Trail[]): boolean => new Set(trails.map(idOf)).size === 1;

function nameOf({ quarantine, action, repository = '', tag }: Trail): string {
  return quarantine
    ? `Not readable: ${quarantine.reason}`
    : `${action ?? ''} ${repository}${tag ? `:${tag}` : ''}`;
}

/** One row for each event; its name opens it. */
function TrailList({ trails, more }: { trails: readonly Trail[]; more: boolean }) {
  if (trails.length === 0) return null;
  return (
    <>
      <p>
        {more ? `The ${number(trails.length)} newest events` : count(trails.length, 'event')}, newest first.
        {more && ' A tag, a digest or an event id finds older ones.'}
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

function TrailRow({ trail }: { trail: Trail }) {
  const { receivedAt, steps, digest, quarantine } = trail;
  const at = receivedAt ?? steps[0]?.at;
  return (
    <tr>
      <th scope="row">
        <a href={link('/search', { q: idOf(trail) })}>{nameOf(trail)}</a>
      </th>
      <td data-label="Received">{at && <At at={at} />}</td>
      <td data-label="Deliveries">{quarantine ? 'in quarantine' : standingInWords(trail)}</td>
      <td data-label={digest ? 'Digest' : undefined}>{digest && <code>{digest.slice(0, 19)}…</code>}</td>
      <td class="break" data-label="Id">
        <code>{idOf(trail)}</code>
      </td>
    </tr>
  );
}

function Ask() {
  return (
    <>
      <h1>Search</h1>
      <p>
        For an event id, a delivery id (the receiver’s <code>Idempotency-Key</code>), a quarantine id, a
        repository, <code>repository:tag</code>, or a digest.
      </p>
    </>
  );
}

function Advice() {
  return (
    <ul>
      <li>Did the registry send it? Look at its log, and at the source’s requests in the metrics.</li>
      <li>
        Could it not be read? <a href="/quarantine">Quarantine</a> has what could not.
      </li>
      <li>Is it older than the trail? Delivered ones are kept for as long as the retention says.</li>
    </ul>
  );
}

type Resting = NonNullable<SearchProps['resting']>;

function TrailCard({ trail, resting }: { trail: Trail; resting: Resting }) {
  const { eventId, source, kind, digest, quarantine, deliveries } = trail;
  return (
    <section class="card">
      <h2>{nameOf(trail)}</h2>
      <dl>
        <Fact name="Event">{eventId && <code>{eventId}</code>}</Fact>
        <Fact name="Quarantine">
          {quarantine &&
            (quarantine.kept ? (
              <a href={`/quarantine/${quarantine.id}`}>{quarantine.id}</a>
            ) : (
              `${quarantine.id} (no longer there)`
            ))}
        </Fact>
        <Fact name="From">{source && `${source}${kind && kind !== source ? ` (${kind})` : ''}`}</Fact>
        <Fact name="Digest">{digest && <code>{digest}</code>}</Fact>
      </dl>
      {deliveries.length > 0 && <Deliveries deliveries={deliveries} resting={resting} />}
      {trail.incomplete && <p class="note">Some of its steps were not noted, or are too old.</p>}
      <Steps steps={trail.steps} />
    </section>
  );
}

const TONES: Partial<Record<TrailDelivery['state'], string>> = {
  delivered: 'good',
  dead: 'bad',
  expired: 'bad',
  dropped: 'bad',
  delayed: 'warn',
};

const waits = (state: TrailDelivery['state']): boolean => state === 'waiting' || state === 'delayed';

function Deliveries({ deliveries, resting }: { deliveries: readonly TrailDelivery[]; resting: Resting }) {
  return (
    <table class="cards">
      <caption class="hidden">{count(deliveries.length, 'delivery', 'deliveries')}</caption>
      <Heads columns={['Endpoint', 'State', { number: 'Attempts' }, 'When', 'Delivery']} />
      <tbody>
        {deliveries.map(({ id, endpoint, state, until, settledAt, attempts }) => (
          <tr key={id}>
            <th scope="row">
              <a href={endpointPath(endpoint)}>{endpoint}</a>
            </th>
            <td>
              <span class={`state ${TONES[state] ?? 'soft'}`}>{state}</span>
            </td>
            <td class="number" data-label="Attempts">
              {number(attempts)}
            </td>
            <td>
              {waits(state) && resting.has(endpoint) ? (
                `the endpoint is ${resting.get(endpoint)}`
              ) : until ? (
                <>
                  next attempt <At at={until} />
                </>
              ) : (
                settledAt && <At at={settledAt} />
              )}
            </td>
            <td class="break" data-label="Delivery">
              <a href={deliveryPath(id)}>
                <code>{id}</code>
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
