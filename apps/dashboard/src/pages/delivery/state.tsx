/** How a delivery stands, as a dot and a word. */
import type { HistoryDelivery } from '@longshore/event';

const TONES: Partial<Record<HistoryDelivery['state'], string>> = {
  delivered: 'good',
  dead: 'bad',
  expired: 'bad',
  dropped: 'bad',
  delayed: 'warn',
};

/** See the header. */
export function DeliveryState({ state }: { state: HistoryDelivery['state'] }) {
  return <span class={`state ${TONES[state] ?? 'soft'}`}>{state === 'dead' ? 'dead-lettered' : state}</span>;
}
