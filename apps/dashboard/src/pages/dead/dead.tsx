/** The dead-letter set: by cause, to filter, to select, to retry and to delete. */
import { formatNumber } from '@longshore/event';
import { describeReason } from '@longshore/operator/format';
import type { DeadLetter } from '@longshore/queue/dead';
import type { DeadGroups } from '@longshore/queue/dead-groups';
import { deliveryPath, nameOf } from '../deliveries.js';
import { endpointPath } from '../overview.js';
import { Ago, Heads, link } from '../parts.js';
import { Refused, Submit } from '../submit.js';
import { Groups } from './groups.js';
import type { DeadFields } from './query.js';

/** What the page shows. */
export interface DeadProps {
  query: DeadFields;
  letters: readonly DeadLetter[];
  groups: DeadGroups;
  /** Number of matches; undefined when counting would have to read every delivery. */
  total?: number;
  /** Options of the filter. */
  endpoints: readonly string[];
  /** Cursor of the next page. */
  next?: string;
  now: number;
}

/** The page. */
export function DeadPage({ query, letters, groups, total, endpoints, next, now }: DeadProps) {
  const values = { ...query };
  const filtered = Object.values(values).some(Boolean);
  const all = total === undefined ? 'all matching' : `all ${formatNumber(total)}`;
  return (
    <>
      <h1>Dead letters</h1>
      <Filter query={query} endpoints={endpoints} />
      {letters.length === 0 ? (
        <p class={filtered ? 'soft' : 'good'}>
          {filtered ? 'No dead letters match this filter.' : 'There are no dead letters.'}
          {next && ' Not all of them were searched: see the next page.'}
        </p>
      ) : (
        <>
          <div class="row">
            <a class="button" href={link('/dead/retry', values)}>
              Retry {all}
            </a>
            <a class="button danger" href={link('/dead/drop', values)}>
              Delete {all}
            </a>
            <a href="/operations">Past and running operations</a>
          </div>
          <Refused />
          <Groups {...groups} query={query} now={now} />
          <h2>Newest first</h2>
          <Selection />
          <Letters letters={letters} now={now} />
        </>
      )}
      {next && (
        <p>
          <a href={link('/dead', { ...values, after: next })}>More</a>
        </p>
      )}
    </>
  );
}

const FIELDS = [
  { name: 'repository', text: 'Repository (glob)', placeholder: 'acme/**', size: 14 },
  { name: 'reason', text: 'Reason', placeholder: 'http_503', size: 10 },
  { name: 'answer', text: 'Answer contains', placeholder: 'database is locked', size: 16 },
  { name: 'since', text: 'Since', placeholder: '2h or 2026-11-21', size: 14 },
  { name: 'until', text: 'Until', placeholder: '10m', size: 10 },
] as const;

function Filter({ query, endpoints }: Pick<DeadProps, 'query' | 'endpoints'>) {
  return (
    <form class="row" action="/dead">
      <label>
        Endpoint
        <select name="endpoint">
          <option value="">all</option>
          {endpoints.map((name) => (
            <option key={name} value={name} selected={name === query.endpoint}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {FIELDS.map(({ name, text, placeholder, size }) => (
        <label key={name}>
          {text}
          <input name={name} value={query[name]} placeholder={placeholder} size={size} />
        </label>
      ))}
      {query.group && <input type="hidden" name="group" value={query.group} />}
      <button type="submit">Filter</button>
      <a class="button" href="/dead">
        Clear
      </a>
    </form>
  );
}

const SELECTED = 'selected';

/** The buttons for the boxes of the table, which name this form: each row has one of its own. */
function Selection() {
  return (
    <form id={SELECTED} class="row" action="/dead/retry">
      <input type="hidden" name="selected" value="true" />
      <button type="submit">Retry selected</button>
      <button type="submit" class="danger" formAction="/dead/drop">
        Delete selected
      </button>
    </form>
  );
}

function Letters({ letters, now }: { letters: readonly DeadLetter[]; now: number }) {
  return (
    <table class="cards">
      <caption class="hidden">Dead-lettered deliveries, newest first</caption>
      <Heads
        columns={[
          { action: 'Select' },
          'Event',
          'Endpoint',
          'Dead-lettered',
          { number: 'Attempts' },
          'Last answer',
          { action: 'Retry' },
        ]}
      />
      <tbody>
        {letters.map((letter) => (
          <Row key={letter.id} letter={letter} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ letter, now }: { letter: DeadLetter; now: number }) {
  const { id, endpoint, deadAt, attempts, event, detail, reason } = letter;
  const name = nameOf(event);
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          name="id"
          value={id}
          form={SELECTED}
          aria-label={`Select ${name} at ${endpoint}`}
        />
      </td>
      <th scope="row">
        <a href={deliveryPath(id)}>{name}</a>
      </th>
      <td class="break" data-label="Endpoint">
        <a href={endpointPath(endpoint)}>{endpoint}</a>
      </td>
      <td data-label="Dead-lettered">
        <Ago at={deadAt} now={now} />
      </td>
      <td class="number" data-label="Attempts">
        {formatNumber(attempts)}
      </td>
      <td class="break">{detail || describeReason(reason)}</td>
      <td>
        <form method="post" action="/dead/retry">
          <input type="hidden" name="id" value={id} />
          <Submit label={`Retry ${name} at ${endpoint}`}>Retry</Submit>
        </form>
      </td>
    </tr>
  );
}
