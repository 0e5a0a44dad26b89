/** The page of one endpoint: its state, its deliveries, and the form that pauses it. */
import { formatNumber, type PreheatRun } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import type { ListedState, StoredDelivery } from '@longshore/queue/deliveries';
import { ActionForms } from './action-forms.js';
import { DeliveryTable } from './deliveries.js';
import { endpointPath, StateWords } from './overview.js';
import { Ago, At, DescriptionRow, link, State } from './parts.js';
import { PreheatRuns } from './preheat.js';
import { Refused, Submit } from './submit.js';

/** What the page shows. */
export interface EndpointProps {
  overview: EndpointOverview;
  /** The last images of a preheat endpoint. */
  runs?: readonly PreheatRun[];
  /** The board's page of its queue; undefined when there is no board. */
  boardPath?: string;
  /** State of the listed deliveries. */
  listed: ListedState;
  deliveries: readonly StoredDelivery[];
  /** Cursor of the next page. */
  next?: string;
  now: number;
}

const LISTS: readonly { state: ListedState; words: string }[] = [
  { state: 'waiting', words: 'Waiting' },
  { state: 'delayed', words: 'Delayed' },
  { state: 'active', words: 'In flight' },
  { state: 'delivered', words: 'Delivered' },
  { state: 'dead', words: 'Dead letters' },
];

/** The page. */
export function EndpointPage(props: EndpointProps) {
  const { overview, now, listed, deliveries, next, boardPath, runs = [] } = props;
  const { name: endpoint, state } = overview;
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
        {overview.insecure && (
          <p class="verdict warn">
            Insecure: a certificate is not checked (tls.insecure), so anybody on the way can read and change
            what is sent.
          </p>
        )}
        <Numbers overview={overview} now={now} />
      </div>
      <Refused />
      <ProbeForm overview={overview} path={path} />
      <PauseForm overview={overview} path={path} />
      <ActionForms overview={overview} path={path} />
      <TestForm overview={overview} path={path} />
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
        {boardPath && (
          <a class="button" href={boardPath}>
            Open in bull-board
          </a>
        )}
      </nav>
      <DeliveryTable caption={`Deliveries of ${endpoint}: ${listed}`} deliveries={deliveries} now={now} />
      {next && (
        <p>
          <a href={link(path, { state: listed, after: next })}>More</a>
        </p>
      )}
    </>
  );
}

function Numbers({ overview, now }: { overview: EndpointOverview; now: number }) {
  const { name: endpoint, pulse, url, kind } = overview;
  const { lastDeliveredAt, lastError, failures, oldestAt, dead } = pulse;
  return (
    <dl>
      <DescriptionRow name="Delivers to">
        {url && `${url}${kind && kind !== 'http' ? ` (${kind})` : ''}`}
      </DescriptionRow>
      <DescriptionRow name="Waiting">{formatNumber(pulse.waiting)}</DescriptionRow>
      <DescriptionRow name="Delayed">{formatNumber(pulse.delayed)}</DescriptionRow>
      <DescriptionRow name="In flight">{formatNumber(pulse.active)}</DescriptionRow>
      <DescriptionRow name="Dead letters">
        {dead > 0 ? <a href={link('/dead', { endpoint })}>{formatNumber(dead)}</a> : formatNumber(dead)}
      </DescriptionRow>
      <DescriptionRow name="Oldest undelivered">{oldestAt && <Ago at={oldestAt} now={now} />}</DescriptionRow>
      <DescriptionRow name="Last delivered">
        {lastDeliveredAt && <Ago at={lastDeliveredAt} now={now} />}
      </DescriptionRow>
      <DescriptionRow name="Last error">
        {lastError && (
          <>
            <Ago at={lastError.at} now={now} />: {lastError.detail ?? lastError.reason}
            {failures > 1 && ` (${formatNumber(failures)} failures in a row)`}
          </>
        )}
      </DescriptionRow>
    </dl>
  );
}

/** Not for endpoints to which nothing is sent at present: the test would wait. */
function TestForm({ overview, path }: { overview: EndpointOverview; path: string }) {
  const { kind, blocked, state } = overview;
  const isReceiver = kind !== undefined && !['preheat', 'copy', 'archive', 'alert'].includes(kind);
  if (!isReceiver || blocked !== undefined || state.name === 'held') return null;
  return (
    <form class="row" method="post" action={`${path}/test`}>
      <Submit>Send a test</Submit>
      <span class="soft">
        A push of acme/app:longshore-test in this endpoint’s format, past its rules, with one attempt.
      </span>
    </form>
  );
}

/** A held endpoint is probed at once; while it is paused, resuming it comes first. */
function ProbeForm({ overview, path }: { overview: EndpointOverview; path: string }) {
  if (overview.state.name !== 'held') return null;
  return (
    <form class="row" method="post" action={`${path}/resume`}>
      <Submit>Probe now</Submit>
      <span class="soft">One delivery is attempted. If the receiver accepts it, the others follow.</span>
    </form>
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
          {pause?.reason && `: ${pause.reason}`}. New events are queued.
        </p>
        <Submit>Resume</Submit>
      </form>
    );
  }
  if (pausedByConfig) {
    return (
      <p class="note">
        Paused in the configuration. Set <code>paused: false</code> there to resume.
      </p>
    );
  }
  if (!configured) return null;
  return (
    <form class="row" method="post" action={`${path}/pause`}>
      <label>
        Reason (optional)
        <input name="reason" maxlength={200} autocomplete="off" />
      </label>
      <Submit>Pause</Submit>
      <span class="soft">New events are queued and delivered when you resume.</span>
    </form>
  );
}
