/** Quarantine: requests of authenticated senders that could not be parsed, by cause and one by one. */
import { formatNumber } from '@longshore/event';
import type { QuarantineGroup } from '@longshore/operator';
import type { Quarantined } from '@longshore/queue/quarantine';
import { Ago, Count, Heads, link } from '../parts.js';
import { Refused } from '../submit.js';
import type { QuarantineFields } from './query.js';

/** What the page shows. */
export interface QuarantineProps {
  query: QuarantineFields;
  entries: readonly Quarantined[];
  groups: readonly QuarantineGroup[];
  /** Number of all entries, listed or not. */
  total: number;
  /** Cursor of the next page. */
  next?: string;
  now: number;
}

/** The page of one. */
export const quarantinedPath = (id: string): string => `/quarantine/${encodeURIComponent(id)}`;

const SELECTED = 'selected';

/** The list. */
export function QuarantinePage({ query, entries, groups, total, next, now }: QuarantineProps) {
  const filtered = Object.values(query).some(Boolean);
  const what = filtered ? 'all matching' : `all ${formatNumber(total)}`;
  const all = filtered ? query : { all: 'true' };
  return (
    <>
      <h1>Quarantine</h1>
      <p class="soft">
        Requests that could not be parsed. Retry them after an upgrade or a change of the source.
      </p>
      {total === 0 ? (
        <p class="good">Quarantine is empty.</p>
      ) : (
        <>
          <div class="row">
            <a class="button" href={link('/quarantine/retry', all)}>
              Retry {what}
            </a>
            <a class="button danger" href={link('/quarantine/drop', all)}>
              Delete {what}
            </a>
            <a href="/operations">Past and running operations</a>
          </div>
          <Refused />
          {filtered ? <Filtered query={query} /> : <Groups groups={groups} now={now} />}
          <h2>Newest first</h2>
          <form id={SELECTED} class="row" action="/quarantine/retry">
            <input type="hidden" name="selected" value="true" />
            <button type="submit">Retry selected</button>
            <button type="submit" class="danger" formAction="/quarantine/drop">
              Delete selected
            </button>
          </form>
          <Entries entries={entries} now={now} />
          {next && (
            <p>
              <a href={link('/quarantine', { ...query, after: next })}>More</a>
            </p>
          )}
        </>
      )}
    </>
  );
}

function Filtered({ query }: { query: QuarantineFields }) {
  const fields = Object.entries(query).flatMap(([name, value]) => (value ? [`${name} ${value}`] : []));
  return (
    <p>
      Only {fields.join(', ')}. <a href="/quarantine">Show all</a>
    </p>
  );
}

function Groups({ groups, now }: Pick<QuarantineProps, 'groups' | 'now'>) {
  return (
    <section>
      <h2>By cause</h2>
      <table class="cards">
        <caption class="hidden">Quarantined requests by reason and source, the most frequent first</caption>
        <Heads columns={['Reason', 'Source', { number: 'Requests' }, 'Newest', { action: 'Retry' }]} />
        <tbody>
          {groups.map(({ source, kind, reason, count, newestAt }) => {
            const selected = { source, reason };
            return (
              <tr key={`${source} ${reason}`}>
                <th scope="row" class="break">
                  <a href={link('/quarantine', selected)}>{reason}</a>
                </th>
                <td class="break" data-label="Source">
                  {source === kind ? source : `${source} (${kind})`}
                </td>
                <Count value={count} label="Requests" href={link('/quarantine', selected)} />
                <td data-label="Newest">
                  <Ago at={newestAt} now={now} />
                </td>
                <td class="nowrap">
                  <a class="button" href={link('/quarantine/retry', selected)}>
                    Retry {formatNumber(count)}
                    <span class="hidden">
                      {' '}
                      of {source}: {reason}
                    </span>
                  </a>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Entries({ entries, now }: { entries: readonly Quarantined[]; now: number }) {
  return (
    <table class="cards">
      <caption class="hidden">Quarantined requests, newest first</caption>
      <Heads columns={[{ action: 'Select' }, 'Reason', 'Source', 'Received', { number: 'Bytes' }]} />
      <tbody>
        {entries.map(({ id, reason, source, kind, receivedAt, bytes }) => (
          <tr key={id}>
            <td>
              <input
                type="checkbox"
                name="id"
                value={id}
                form={SELECTED}
                aria-label={`Select ${id}: ${reason}`}
              />
            </td>
            <th scope="row">
              <a href={quarantinedPath(id)}>{reason}</a>
            </th>
            <td class="break" data-label="Source">
              {source === kind ? source : `${source} (${kind})`}
            </td>
            <td data-label="Received">
              <Ago at={receivedAt} now={now} />
            </td>
            <td class="number" data-label="Bytes">
              {formatNumber(bytes)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
