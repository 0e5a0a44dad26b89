/** What an operator wants at 3 a.m.: one sentence, then one row for each endpoint, the worst first. */
import { type EndpointStateName, inWords } from '@longshore/queue/operator';
import type { EndpointOverview } from '../operate/index.js';
import { Ago, At, Count, count, Heads, link, number, State } from './parts.js';
import type { Health, RefusedConfig } from './port.js';

export interface OverviewProps extends Health {
  rows: readonly EndpointOverview[];
  /** Requests in quarantine. */
  quarantined: number;
  now: number;
}

/** The lower, the sooner somebody has to look. */
const RANK: Record<EndpointStateName, number> = {
  failing: 0,
  'backing off': 1,
  paused: 2,
  removed: 3,
  delivering: 4,
  idle: 5,
  disabled: 6,
};

export function Overview(props: OverviewProps) {
  const { rows, now } = props;
  const rank = ({ state }: EndpointOverview): number => RANK[state.name];
  const sorted = rows.toSorted((a, b) => rank(a) - rank(b) || b.pulse.dead - a.pulse.dead);
  return (
    <div data-live>
      <h1 class="hidden">Endpoints</h1>
      <Verdict {...props} />
      {rows.length === 0 ? (
        <p class="note">
          There is no endpoint yet: put one under <code>notifications.endpoints</code> in the configuration.
          It is taken over as soon as the file is saved.
        </p>
      ) : (
        <table class="cards">
          <Heads
            columns={[
              'Endpoint',
              'State',
              { number: 'Waiting' },
              { number: 'Delayed' },
              { number: 'In flight' },
              { number: 'Dead' },
              { number: 'Per minute' },
              'Oldest',
              'Last error',
            ]}
          />
          <tbody>
            {sorted.map((row) => (
              <Row key={row.name} row={row} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Row({ row, now }: { row: EndpointOverview; now: number }) {
  const { name: endpoint, pulse, state, url } = row;
  const { waiting, delayed, active, dead, oldestAt, lastError } = pulse;
  const path = endpointPath(endpoint);
  const rate = Math.round(row.rate * 10) / 10;
  return (
    <tr>
      <th scope="row">
        <a href={path}>{endpoint}</a>
        {url && <div class="soft break">{url}</div>}
      </th>
      <td>
        <State name={state.name} />
        {state.name !== 'delivering' && (
          <div class="break">
            <StateWords row={row} now={now} />
          </div>
        )}
      </td>
      <Count label="Waiting" value={waiting} href={link(path, { state: 'waiting' })} />
      <Count label="Delayed" value={delayed} href={link(path, { state: 'delayed' })} />
      <Count label="In flight" value={active} href={link(path, { state: 'active' })} />
      <Count label="Dead" value={dead} href={link('/dead', { endpoint })} />
      <td class={rate === 0 ? 'number soft' : 'number'} data-label="Per minute">
        {number(rate)}
      </td>
      <td data-label={oldestAt ? 'Oldest' : undefined}>{oldestAt && <Ago at={oldestAt} now={now} />}</td>
      <td class="break" data-label={lastError ? 'Last error' : undefined}>
        {lastError && (
          <>
            <Ago at={lastError.at} now={now} />: {lastError.detail ?? lastError.reason}
          </>
        )}
      </td>
    </tr>
  );
}

/** The words behind the state's own name, which is shown beside them. */
export function StateWords({ row, now }: { row: EndpointOverview; now: number }) {
  const { state, pulse } = row;
  const { name, words } = state;
  const { failingSince, failures } = pulse;

  if (name !== 'failing' || failingSince === undefined) return <>{words.replace(/^[\w ]+?: /, '')}</>;
  return (
    <>
      for {inWords(now - failingSince)}, since <At at={failingSince} />, {count(failures, 'attempt')}
    </>
  );
}

function Verdict({ rows, quarantined, memory, full, refused, now }: OverviewProps) {
  const failing = rows.filter(({ state }) => state.name === 'failing');
  const dead = rows.reduce((sum, { pulse }) => sum + pulse.dead, 0);
  const left = rows.reduce((sum, { pulse: p }) => sum + p.waiting + p.delayed + p.active, 0);
  const oldest = Math.min(...rows.flatMap(({ pulse }) => pulse.oldestAt ?? []));
  const tone = failing.length > 0 || full || refused ? 'bad' : dead > 0 || quarantined > 0 ? 'warn' : 'good';
  return (
    <div class={`verdict ${tone}`} role="status">
      <strong>{headline(rows.length, failing)}</strong>
      {full && <p class="bad">Redis is nearly full: ingest answers 503 until workers have drained.</p>}
      {refused && <Refused {...refused} />}
      <p>
        {count(left, 'delivery', 'deliveries')} to go
        {Number.isFinite(oldest) && `, the oldest ${inWords(now - oldest)} old`} ·{' '}
        {dead > 0 ? <a href="/dead">{number(dead)} dead</a> : 'none dead'} ·{' '}
        {quarantined > 0 ? (
          <a href="/quarantine">{number(quarantined)} in quarantine</a>
        ) : (
          'quarantine is empty'
        )}
        {memory !== undefined && ` · Redis at ${Math.round(memory * 100)} % of its memory`}
      </p>
    </div>
  );
}

function Refused({ at, file, reason }: RefusedConfig) {
  return (
    <p class="bad break">
      {file} is not in force since <At at={at} />. The configuration before it is. Correct the file: {reason}
    </p>
  );
}

function headline(all: number, failing: readonly EndpointOverview[]): string {
  if (failing.length === 0) return all === 0 ? 'Nothing to deliver to' : 'No endpoint is failing';
  const names = failing.slice(0, 3).map(({ name }) => name);
  const more = failing.length > names.length ? ` and ${failing.length - names.length} more` : '';
  const verb = failing.length === 1 ? 'is' : 'are';
  return `${number(failing.length)} of ${count(all, 'endpoint')} ${verb} failing: ${names.join(', ')}${more}`;
}

/** Where the page of an endpoint is; any name can be one. */
export const endpointPath = (name: string): string => `/endpoints/${encodeURIComponent(name)}`;
