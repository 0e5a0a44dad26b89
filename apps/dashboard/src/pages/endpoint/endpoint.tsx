/** The page of one endpoint: its state, what can be done, its numbers and charts, its settings, its deliveries. */
import type { PreheatRun } from '@longshore/event';
import type { Listing } from '@longshore/operator';
import type { StoredDelivery } from '@longshore/queue/deliveries';
import { ActionForms } from '../action-forms.js';
import { DeliveryTable } from '../deliveries.js';
import { endpointPath, StateWords } from '../overview.js';
import { Ago, link, State, Tabs } from '../parts.js';
import { PreheatRuns } from '../preheat.js';
import { Refused } from '../submit.js';
import { EndpointCharts } from './charts.js';
import { PauseForm, ProbeForm, RetryLink, TestForm } from './forms.js';
import { Numbers, type NumbersProps } from './numbers.js';
import type { EndpointTab } from './tab.js';

/** What the page shows. */
export interface EndpointProps extends NumbersProps {
  /** Its settings as they are understood, one line each. */
  described: readonly string[];
  /** The last images of a preheat endpoint. */
  runs?: readonly PreheatRun[];
  /** The board's page of its queue; undefined when there is no board. */
  boardPath?: string;
  tab: EndpointTab;
  deliveries: Listing<StoredDelivery>;
}

/** The page. */
export function EndpointPage(props: EndpointProps) {
  const { overview, activity, now, described, runs = [], boardPath } = props;
  const { name: endpoint, state } = overview;
  const path = endpointPath(endpoint);
  return (
    <>
      <div data-live>
        <h1>
          {endpoint} <State name={state.name} />
        </h1>
        {state.words !== state.name && (
          <p class="soft">
            <StateWords row={overview} now={now} />
          </p>
        )}
        {overview.insecure && (
          <p class="verdict warn">
            Insecure: a certificate is not checked (tls.insecure), so anybody on the way can read and change
            what is sent.
          </p>
        )}
        <LastError {...props} />
      </div>
      <div class="row middle">
        <div data-live>
          <RetryLink overview={overview} />
        </div>
        <ProbeForm overview={overview} path={path} />
        <TestForm overview={overview} path={path} />
        <PauseForm overview={overview} path={path} />
      </div>
      <Refused />
      <ActionForms overview={overview} path={path} />
      <Numbers {...props} />
      <div data-live>
        <EndpointCharts {...{ overview, activity, now }} />
      </div>
      <section class="card">
        <h2>Settings</h2>
        <ul class="plain">
          {described.map((line) => (
            <li key={line}>{line}</li>
          ))}
          {described.length === 0 && <li>Not in the configuration.</li>}
        </ul>
      </section>
      {runs.length > 0 && <PreheatRuns runs={runs} path={path} now={now} />}
      <Deliveries {...props} />
      {boardPath && (
        <p>
          <a href={boardPath}>Open its queue in bull-board</a>
        </p>
      )}
    </>
  );
}

/** Only while it matters: nothing was delivered since. */
function LastError({ overview: { pulse }, now }: EndpointProps) {
  const { lastError, failures, hold } = pulse;
  if (!lastError || (failures === 0 && !hold)) return null;
  return (
    <p class="note bad">
      <span class="mono">{lastError.detail ?? lastError.reason}</span>{' '}
      <span class="soft">
        (attempt {lastError.attempt}, <Ago at={lastError.at} now={now} />)
      </span>
    </p>
  );
}

function Deliveries({ overview: { name, pulse }, tab, deliveries, now }: EndpointProps) {
  const path = endpointPath(name);
  const lists: readonly { state: EndpointTab; words: string; count?: number }[] = [
    { state: 'attempts', words: 'Last attempts' },
    { state: 'waiting', words: 'Waiting', count: pulse.waiting },
    { state: 'delayed', words: 'Delayed', count: pulse.delayed },
    { state: 'active', words: 'In flight', count: pulse.active },
    { state: 'delivered', words: 'Delivered' },
    { state: 'dead', words: 'Dead letters', count: pulse.dead },
  ];
  return (
    <div data-live>
      <Tabs
        label="Deliveries by state"
        tabs={lists.map(({ state, words, count }) => ({
          ...{ name: words, count, href: link(path, { state }), current: state === tab },
        }))}
      />
      <DeliveryTable caption={`Deliveries of ${name}: ${tab}`} deliveries={deliveries.items} now={now} />
      {deliveries.next && (
        <p>
          <a href={link(path, { state: tab, after: deliveries.next })}>More</a>
        </p>
      )}
    </div>
  );
}
