/** The retries ahead of a delivery that has failed. */
import { formatNumber } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import type { StoredDeliveryDetail } from '@longshore/queue/deliveries';
import { Ago, At } from '../parts.js';
import { timetable } from './timetable.js';

/** What is shown. */
export interface AheadProps {
  detail: StoredDeliveryDetail;
  settings?: EndpointOverview['settings'];
  now: number;
}

/** Nothing for a delivery that is settled or was never attempted. */
export function Ahead({ detail: { state, at, attempts }, settings, now }: AheadProps) {
  if (state !== 'delayed' || at === undefined || !settings) return null;
  const { planned, all } = timetable(settings, attempts, at);
  if (planned.length === 0) return null;
  const last = planned.at(-1);
  return (
    <>
      <h2>Ahead</h2>
      <p class="soft">
        While attempts fail, with up to a fifth of jitter. A hold, a pause or the receiver’s Retry-After makes
        them later.
      </p>
      <ol class="timeline">
        {planned.map(({ attempt, at: due }) => (
          <li key={attempt}>
            <At at={due} /> attempt {formatNumber(attempt)}, <Ago at={due} now={now} />
          </li>
        ))}
      </ol>
      <p>
        {last && last.attempt < settings.threshold
          ? `${formatNumber(all - planned.length)} more attempts follow, up to ${formatNumber(settings.threshold)}.`
          : `After attempt ${formatNumber(settings.threshold)} it is dead-lettered.`}
      </p>
    </>
  );
}
