/** Alerts as deliveries, for tests. */
import type { Delivery } from '@longshore/event';
import type { AlertMessage } from '../alert.js';
import { aDelivery } from './samples.js';

/** A stored alert with these fields. */
export function anAlert(some: Partial<AlertMessage>): Delivery {
  const body: AlertMessage = {
    alert: 'failing',
    state: 'firing',
    summary: 'one has failed for 6m',
    since: '2026-11-21T02:54:00.000Z',
    at: '2026-11-21T03:00:00.000Z',
    next: 'fix it',
    runbook: 'docs/runbooks/sink.md',
    details: {},
    ...some,
  };
  return aDelivery({
    eventId: 'a',
    class: 'other',
    view: { action: 'alert.firing' },
    payload: { event: { body } },
  });
}
