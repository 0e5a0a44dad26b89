/** Dead letters by cause: one line for each endpoint, reason and answer. */
import { formatNumber } from '@longshore/event';
import { describeReason } from '@longshore/operator/format';
import type { DeadGroup, DeadGroups } from '@longshore/queue/dead-groups';
import { endpointPath } from '../overview.js';
import { Ago, Count, Heads, link } from '../parts.js';
import type { DeadFields } from './query.js';

/** What the table shows. */
export interface GroupsProps extends DeadGroups {
  /** The filter, which the links of a group narrow. */
  query: DeadFields;
  now: number;
}

const MAX_SHOWN = 50;

/** The table; nothing when there is one group at most and it is the filter's own. */
export function Groups({ groups, looked, more, query, now }: GroupsProps) {
  if (groups.length === 0 || query.group !== undefined) return null;
  return (
    <section>
      <h2>By cause</h2>
      {more && (
        <p class="soft">
          Counted over {formatNumber(looked)} of them, the newest of each endpoint; there are more.
        </p>
      )}
      <table class="cards">
        <caption class="hidden">Dead letters by endpoint, reason and answer, the most frequent first</caption>
        <Heads columns={['Answer', 'Endpoint', { number: 'Dead' }, 'Newest', { action: 'Retry' }]} />
        <tbody>
          {groups.slice(0, MAX_SHOWN).map((group) => (
            <Row key={group.key} group={group} query={query} now={now} />
          ))}
        </tbody>
      </table>
      {groups.length > MAX_SHOWN && (
        <p class="soft">
          {formatNumber(groups.length - MAX_SHOWN)} more causes: filter by endpoint or reason.
        </p>
      )}
    </section>
  );
}

function Row({ group, query, now }: { group: DeadGroup; query: DeadFields; now: number }) {
  const { key, endpoint, reason, answer, count, newestAt } = group;
  const selected = { ...query, group: key };
  return (
    <tr>
      <th scope="row" class="break">
        <a href={link('/dead', selected)}>{answer || describeReason(reason)}</a>{' '}
        <code class="soft">{reason}</code>
      </th>
      <td class="break" data-label="Endpoint">
        <a href={endpointPath(endpoint)}>{endpoint}</a>
      </td>
      <Count value={count} label="Dead" href={link('/dead', selected)} />
      <td data-label="Newest">
        <Ago at={newestAt} now={now} />
      </td>
      <td class="nowrap">
        <a class="button" href={link('/dead/retry', selected)}>
          Retry {formatNumber(count)}
          <span class="hidden">
            {' '}
            of {endpoint} with {reason}
          </span>
        </a>
      </td>
    </tr>
  );
}
