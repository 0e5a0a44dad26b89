/** What is wrong with the whole relay, in sentences, and its numbers. */
import { formatDuration, formatNumber, formatSize, plural } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { byUrgency, memoryWarning, untilFull } from '@longshore/operator/format';
import type { SourceActivity } from '@longshore/queue/activity';
import type { MemorySample } from '@longshore/queue/memory';
import { TROUBLED_STATES } from '@longshore/queue/pulse';
import type { Health, StoredSize } from '../deps.js';
import { endpointPath, StateWords } from '../overview.js';
import { State } from '../parts.js';

/** What both parts show. */
export interface VerdictProps extends Health {
  rows: readonly EndpointOverview[];
  /** Requests in quarantine. */
  quarantined: number;
  sources: readonly SourceActivity[];
  /** How full Redis was in the last hour, oldest first. */
  samples: readonly MemorySample[];
  now: number;
}

/** Troubled endpoints that are described; the table has all of them. */
const DESCRIBED = 5;

/** The sentences. */
export function Verdict({ rows, quarantined, samples, full, warnings, refused, now }: VerdictProps) {
  const troubled = byUrgency(rows.filter(({ state }) => TROUBLED_STATES.has(state.name)));
  const warning = memoryWarning(samples, rows);
  const hasDead = rows.some(({ pulse }) => pulse.dead > 0);
  const isBad = troubled.length > 0 || full || warnings.length > 0 || refused;
  const tone = isBad ? 'bad' : warning || hasDead || quarantined > 0 ? 'warn' : 'good';
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
      {troubled.length > 0 && (
        <ul class="troubles">
          {troubled.slice(0, DESCRIBED).map((row) => (
            <li key={row.name}>
              <State name={row.state.name} />
              <a href={endpointPath(row.name)}>{row.name}</a>
              <span class="soft">
                <StateWords row={row} now={now} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The numbers. */
export function Facts({ rows, quarantined, memory, samples, sources, stored, now }: VerdictProps) {
  const sum = (of: (row: EndpointOverview) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const backlog = sum(({ pulse: { waiting, delayed, active } }) => waiting + delayed + active);
  const dead = sum(({ pulse }) => pulse.dead);
  const oldest = Math.min(...rows.flatMap(({ pulse }) => pulse.oldestAt ?? []));
  const rate = sum((row) => row.rate);
  const received = sources.reduce(
    (total, { quarters }) => total + quarters.slice(-4).reduce((n, { accepted }) => n + accepted, 0),
    0,
  );
  return (
    <dl class="facts">
      <div>
        <dt>Events in the last hour</dt>
        <dd>{formatNumber(received)}</dd>
      </div>
      <div>
        <dt>Delivered a minute</dt>
        <dd>{formatNumber(rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10)}</dd>
      </div>
      <div>
        <dt>Backlog</dt>
        <dd>
          {formatNumber(backlog)}
          {Number.isFinite(oldest) && <small> oldest {formatDuration(now - oldest)}</small>}
        </dd>
      </div>
      <div>
        <dt>Dead letters</dt>
        <dd>{dead > 0 ? <a href="/dead">{formatNumber(dead)}</a> : '0'}</dd>
      </div>
      <div>
        <dt>In quarantine</dt>
        <dd>{quarantined > 0 ? <a href="/quarantine">{formatNumber(quarantined)}</a> : '0'}</dd>
      </div>
      {memory !== undefined && (
        <div>
          <dt>Redis memory used</dt>
          <dd>
            {Math.round(memory * 100)} % <small>{forecast(samples)}</small>
          </dd>
        </div>
      )}
      {stored && (
        <div>
          <dt>Archive in PostgreSQL</dt>
          <dd>
            {formatSize(stored.bytes)} <small>{growth(stored)}</small>
          </dd>
        </div>
      )}
    </dl>
  );
}

function forecast(samples: readonly MemorySample[]): string {
  const left = untilFull(samples);
  if (left === undefined) return 'not growing';
  return left <= 0 ? 'full' : `full in ${formatDuration(left)}`;
}

const DAY_MS = 24 * 3_600_000;

/** When it is at its limit, after which its oldest partitions go; without a limit, how fast it grows. */
function growth({ bytes, perDay, maxBytes }: StoredSize): string {
  if (perDay === undefined) return '';
  if (maxBytes === 0) return `+${formatSize(perDay)} a day`;
  const left = ((maxBytes - bytes) / perDay) * DAY_MS;
  return left <= 0 ? 'at its limit' : `full in ${formatDuration(left)}`;
}

function headline(all: number, troubled: readonly EndpointOverview[]): string {
  if (troubled.length === 0) return all === 0 ? 'No endpoints' : 'No endpoint is held or failing';
  const names = troubled.slice(0, 3).map(({ name }) => name);
  const more = troubled.length > names.length ? ` and ${troubled.length - names.length} more` : '';
  const verb = troubled.length === 1 ? 'is' : 'are';
  const states = [...new Set(troubled.map(({ state }) => state.name))].join(' or ');
  return `${formatNumber(troubled.length)} of ${plural(all, 'endpoint')} ${verb} ${states}: ${names.join(', ')}${more}`;
}
