/** One endpoint: how it is, what it has, and the switch to pause it. */
import type { PreheatRun } from '@longshore/event';
import type { ListedState, StoredDelivery } from '@longshore/queue/operator';
import type { EndpointOverview } from '../operate/index.js';
import { DeliveryTable } from './deliveries.js';
import { endpointPath, StateWords } from './overview.js';
import { Ago, At, Fact, link, number, State } from './parts.js';
import { PreheatRuns } from './preheat.js';

export interface EndpointProps {
  overview: EndpointOverview;
  /** The last images, of a preheat endpoint. */
  runs?: readonly PreheatRun[];
  /** Where the board shows its queue. */
  boardPath: string;
  /** Which of its deliveries are listed. */
  listed: ListedState;
  deliveries: readonly StoredDelivery[];
  /** Query of the next page. */
  next?: string;
  now: number;
}

const LISTS: readonly { state: ListedState; words: string }[] = [
  { state: 'waiting', words: 'Waiting' },
  { state: 'delayed', words: 'Delayed' },
  { state: 'active', words: 'In flight' },
  { state: 'delivered', words: 'Delivered' },
  { state: 'dead', words: 'Dead' },
];

export function EndpointPage(props: EndpointProps) {
  const { overview, now, listed, deliveries, next, boardPath, runs = [] } = props;
  const { name: endpoint, pulse, state, url, kind } = overview;
  const { lastDeliveredAt, lastError, failures, oldestAt, dead } = pulse;
  const path = endpointPath(endpoint);
  return (
    <>
      <div data-live>
        <h1>
          {endpoint} <State name={state.name} />
        </h1>
        {state.words !== state.name && (
          <p>
            <StateWords row={overview} now={now} />
          </p>
        )}
        <dl>
          <Fact name="Delivers to">{url && `${url}${kind && kind !== 'http' ? ` (${kind})` : ''}`}</Fact>
          <Fact name="Waiting">{number(pulse.waiting)}</Fact>
          <Fact name="Delayed">{number(pulse.delayed)}</Fact>
          <Fact name="In flight">{number(pulse.active)}</Fact>
          <Fact name="Dead">
            {dead > 0 ? <a href={link('/dead', { endpoint })}>{number(dead)}</a> : number(dead)}
          </Fact>
          <Fact name="Oldest">{oldestAt && <Ago at={oldestAt} now={now} />}</Fact>
          <Fact name="Last delivered">{lastDeliveredAt && <Ago at={lastDeliveredAt} now={now} />}</Fact>
          <Fact name="Last error">
            {lastError && (
              <>
                <Ago at={lastError.at} now={now} />: {lastError.detail ?? lastError.reason}
                {failures > 1 && ` (${number(failures)} failures in a row)`}
              </>
            )}
          </Fact>
        </dl>
      </div>
      <PauseForm overview={overview} path={path} />
      {runs.length > 0 && <PreheatRuns runs={runs} path={path} now={now} />}
      <nav class="row" aria-label="Deliveries by state">
        {LISTS.map(({ state: one, words }) => (
          <a
            key={one}
            class="button"
            href={link(path, { state: one })}
            aria-current={one === listed ? 'page' : undefined}
          >
            {words}
          </a>
        ))}
        <a class="button" href={boardPath}>
          On the board
        </a>
      </nav>
      <DeliveryTable
        caption={`${LISTS.find(({ state: one }) => one === listed)?.words} deliveries of ${endpoint}`}
        deliveries={deliveries}
        now={now}
      />
      {next && (
        <p>
          <a href={link(path, { state: listed, after: next })}>More</a>
        </p>
      )}
    </>
  );
}

function PauseForm({
  overview: { pulse, pausedByConfig, pause, configured },
  path,
}: {
  overview: EndpointOverview;
  path: string;
}) {
  if (pulse.pausedByOperator) {
    return (
      <form class="note" method="post" action={`${path}/resume`}>
        <p>
          Paused{pause?.by && ` by ${pause.by}`}
          {pause?.since !== undefined && (
            <>
              {' '}
              since <At at={pause.since} />
            </>
          )}
          {pause?.reason && `: ${pause.reason}`}. What comes is kept.
        </p>
        <button type="submit">Resume</button>
      </form>
    );
  }
  if (pausedByConfig) {
    return (
      <p class="note">
        Paused in the configuration: set <code>paused: false</code> there to resume it.
      </p>
    );
  }
  if (!configured) return null;
  return (
    <form class="row" method="post" action={`${path}/pause`}>
      <label>
        Why (optional)
        <input name="reason" maxlength={200} autocomplete="off" />
      </label>
      <button type="submit">Pause</button>
      <span class="soft">What comes is kept and delivered when it is resumed.</span>
    </form>
  );
}
