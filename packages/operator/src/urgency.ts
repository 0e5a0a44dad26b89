/** Which endpoint needs an operator first: the order of the home page and of `longshore status`. */
import type { EndpointStateName } from '@longshore/queue/pulse';
import type { EndpointOverview } from './endpoints.js';

/** From the most to the least urgent. */
const ORDER: readonly EndpointStateName[] = [
  'held',
  'failing',
  'recovering',
  'backing off',
  'paused',
  'removed',
  'delivering',
  'idle',
  'disabled',
];

/** Endpoints with the most urgent first; of the same state, the one with more dead letters, then with more backlog. */
export function byUrgency<Row extends Pick<EndpointOverview, 'state' | 'pulse'>>(
  rows: readonly Row[],
): Row[] {
  const rank = ({ state }: Row): number => ORDER.indexOf(state.name);
  return rows.toSorted(
    (a, b) => rank(a) - rank(b) || b.pulse.dead - a.pulse.dead || backlogOf(b.pulse) - backlogOf(a.pulse),
  );
}

/** Deliveries that are not settled yet. */
export const backlogOf = ({ waiting, delayed, active }: EndpointOverview['pulse']): number =>
  waiting + delayed + active;
