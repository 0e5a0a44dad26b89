/** The overview: one sentence on the whole relay, then one row for each endpoint, the most urgent first. */
import { formatDuration, formatNumber, plural } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { byUrgency, memoryWarning } from '@longshore/operator/format';
import type { MemorySample } from '@longshore/queue/memory';
import { TROUBLED_STATES } from '@longshore/queue/pulse';
import type { Health, RefusedConfig } from './deps.js';
import { Ago, At, Count, Heads, link, State } from './parts.js';

/** What the overview shows. */
export interface OverviewProps extends Health {
  rows: readonly EndpointOverview[];
  /** Requests in quarantine. */
  quarantined: number;
  /** How full Redis was in the last hour, oldest first. */
  samples: readonly MemorySample[];
  now: number;
}

/** The home page. */
export function Overview(props: OverviewProps) {
  const { rows, now } = props;
  const sorted = byUrgency(rows);
  return (
    <div data-live>
      <h1 class="hidden">Endpoints</h1>
      <Verdict {...props} />
      {rows.length === 0 ? (
        <p class="note">
          There is no endpoint yet. Add one under <code>notifications.endpoints</code> in the configuration;
          it takes effect as soon as the file is saved.
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
              { number: 'Dead letters' },
              { number: 'Per minute' },
              'Oldest undelivered',
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
        {row.insecure && <div class="bad">insecure: certificate not checked</div>}
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
      <Count label="Dead letters" value={dead} href={link('/dead', { endpoint })} />
      <td class={rate === 0 ? 'number soft' : 'number'} data-label="Per minute">
        {formatNumber(rate)}
      </td>
      <td data-label={oldestAt ? 'Oldest undelivered' : undefined}>
        {oldestAt && <Ago at={oldestAt} now={now} />}
      </td>
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

/** The description of a state, without its name, which is shown beside it. */
export function StateWords({ row, now }: { row: EndpointOverview; now: number }) {
  const { state, pulse } = row;
  const { name, words } = state;
  const { failingSince, failures } = pulse;

  if (name !== 'failing' || failingSince === undefined) return <>{description(name, words)}</>;
  return (
    <>
      for {formatDuration(now - failingSince)}, since <At at={failingSince} />,{' '}
      {plural(failures, 'failed attempt')}
    </>
  );
}

/** Sentences begin with the name of the state: `backing off after …`, `idle: …`. */
const description = (name: string, words: string): string =>
  words.startsWith(name) ? words.slice(name.length).replace(/^[:;,]? /, '') : words;

function Verdict({ rows, quarantined, memory, samples, full, warnings, refused, now }: OverviewProps) {
  const troubled = rows.filter(({ state }) => TROUBLED_STATES.has(state.name));
  const warning = memoryWarning(samples, rows);
  const dead = rows.reduce((sum, { pulse }) => sum + pulse.dead, 0);
  const backlog = rows.reduce((sum, { pulse: p }) => sum + p.waiting + p.delayed + p.active, 0);
  const oldest = Math.min(...rows.flatMap(({ pulse }) => pulse.oldestAt ?? []));
  const tone =
    troubled.length > 0 || full || warnings.length > 0 || refused
      ? 'bad'
      : warning || dead > 0 || quarantined > 0
        ? 'warn'
        : 'good';
  return (
    <div class={`verdict ${tone}`} role="status">
      <strong>{headline(rows.length, troubled)}</strong>
      {full && (
        <p class="bad">Redis is nearly full: ingest answers 503 until workers have drained the backlog.</p>
      )}
      {warnings.map((one) => (
        <p key={one} class="bad break">
          {one}.
        </p>
      ))}
      {warning && <p class="break">{warning}.</p>}
      {refused && <Refused {...refused} />}
      <p>
        Backlog: {plural(backlog, 'delivery', 'deliveries')}
        {Number.isFinite(oldest) && `, oldest ${formatDuration(now - oldest)}`} ·{' '}
        {dead > 0 ? <a href="/dead">{plural(dead, 'dead letter')}</a> : 'no dead letters'} ·{' '}
        {quarantined > 0 ? (
          <a href="/quarantine">{formatNumber(quarantined)} in quarantine</a>
        ) : (
          'quarantine is empty'
        )}
        {memory !== undefined && ` · Redis uses ${Math.round(memory * 100)} % of its maxmemory`}
      </p>
    </div>
  );
}

function Refused({ at, file, reason }: RefusedConfig) {
  return (
    <p class="bad break">
      {file} was rejected at <At at={at} />; the previous configuration is still in use. Fix the file:{' '}
      {reason}
    </p>
  );
}

function headline(all: number, troubled: readonly EndpointOverview[]): string {
  if (troubled.length === 0) return all === 0 ? 'No endpoints' : 'No endpoint is held or failing';
  const names = troubled.slice(0, 3).map(({ name }) => name);
  const more = troubled.length > names.length ? ` and ${troubled.length - names.length} more` : '';
  const verb = troubled.length === 1 ? 'is' : 'are';
  const states = [...new Set(troubled.map(({ state }) => state.name))].join(' or ');
  return `${formatNumber(troubled.length)} of ${plural(all, 'endpoint')} ${verb} ${states}: ${names.join(', ')}${more}`;
}

/** The page of an endpoint. Its name may hold any character. */
export const endpointPath = (name: string): string => `/endpoints/${encodeURIComponent(name)}`;
