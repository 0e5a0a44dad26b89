/** What a retry or a deletion of dead letters will do, before it is done. */
import { formatDuration, formatNumber, plural } from '@longshore/event';
import type { RetryPreview } from '@longshore/operator';
import { deliveryPath } from '../deliveries.js';
import { endpointPath } from '../overview.js';
import { Count, Heads, Hidden, link } from '../parts.js';
import { Refused, Submit } from '../submit.js';
import type { DeadPageQuery } from './query.js';

/** What has to be confirmed. */
export interface ConfirmProps {
  action: 'retry' | 'drop';
  query: DeadPageQuery;
  /** Number of matches. */
  total: number;
  /** There may be more matches than were counted. */
  orMore?: boolean;
  /** Of a retry: what it does at each endpoint. */
  preview?: readonly RetryPreview[];
}

const RULES = {
  drop: 'This cannot be undone. Each deletion is recorded and counted.',
  retry:
    'Each delivery gets all of its attempts again, keeps its id, and goes to the end of its queue: with order, it arrives after newer events. What was retried, delivered or deleted meanwhile is skipped.',
};

/** Asked before many are retried, and before any is deleted. */
export function ConfirmDead({ action, query, total, orMore = false, preview = [] }: ConfirmProps) {
  const things = orMore
    ? `${formatNumber(total)} or more dead-lettered deliveries`
    : plural(total, 'dead-lettered delivery', 'dead-lettered deliveries');
  const verb = action === 'drop' ? 'Delete' : 'Retry';
  const needs = action === 'drop' && query.id?.length !== 1 ? 'admin' : 'operator';
  const { id: ids = [], ...filters } = query;
  const isAll = ids.length === 0 && Object.values(filters).every((value) => value === undefined);
  return (
    <>
      <h1>
        {verb} {things}?
      </h1>
      <p>{describeFilter(query)}</p>
      <p class={action === 'drop' ? 'note bad' : 'soft'}>{RULES[action]}</p>
      {preview.length > 0 && <Preview preview={preview} />}
      <Refused needs={needs} />
      <form class="row" method="post" action={`/dead/${action}`}>
        <Hidden values={filters} />
        {ids.map((id) => (
          <input key={id} type="hidden" name="id" value={id} />
        ))}
        {isAll && <input type="hidden" name="all" value="true" />}
        {action === 'retry' && total !== 1 && <Pace total={total} />}
        <Submit needs={needs} class={action === 'drop' ? 'danger' : 'main'} disabled={total === 0 && !orMore}>
          {verb} {things}
        </Submit>
        <a class="button" href={ids.length === 1 ? deliveryPath(ids[0] ?? '') : link('/dead', filters)}>
          Back
        </a>
      </form>
    </>
  );
}

/** `endpoint ci, 3 selected` */
export function describeFilter({ id: ids = [], ...filters }: DeadPageQuery): string {
  const parts = Object.entries(filters).flatMap(([name, value]) => (value ? [`${name} ${value}`] : []));
  if (ids.length > 0) parts.push(`${formatNumber(ids.length)} selected`);
  return parts.length === 0 ? 'All dead letters of every endpoint.' : parts.join(', ');
}

const RATES = [10, 50, 100, 500, 0];
const USUAL_RATE = 100;

function Pace({ total }: { total: number }) {
  return (
    <label>
      Pace
      <select name="rate">
        {RATES.map((rate) => (
          <option key={rate} value={rate} selected={rate === USUAL_RATE}>
            {rate === 0 ? 'no limit' : `${rate} a second (${formatDuration((total / rate) * 1_000)})`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What each endpoint gets, and whether it can take it. */
function Preview({ preview }: { preview: readonly RetryPreview[] }) {
  return (
    <table class="cards">
      <caption class="hidden">What each endpoint gets</caption>
      <Heads columns={['Endpoint', { number: 'Gets' }, { number: 'Waiting there now' }, 'State']} />
      <tbody>
        {preview.map(({ endpoint, count, waiting, state, blocked }) => (
          <tr key={endpoint}>
            <th scope="row" class="break">
              <a href={endpointPath(endpoint)}>{endpoint}</a>
            </th>
            <Count value={count} label="Gets" />
            <Count value={waiting} label="Waiting there now" />
            <td class="break" data-label="State">
              {blocked ? `${blocked}; retried deliveries stay queued` : state}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
