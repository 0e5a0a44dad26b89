/**
 * What an endpoint of kind `alert` does differently from one of kind `http`: it checks that a message is still the
 * right one, and leaves the records of alerts beside those of deliveries.
 */
import { type Delivery, ignore } from '@longshore/event';
import { alertIn } from '@longshore/formats';
import type { Observer } from '@longshore/observe';
import type { AlertStore } from '@longshore/queue/housekeeping';
import type { Report } from '../report.js';
import { stateFrom, stateKey } from './state.js';

/** The rule that drops a message: its condition is over, or a newer message about it was sent. */
const OUT_OF_DATE = 'out_of_date';

/** Asks Redis before each attempt. @param receiver its name in `alerts` */
export function outOfDate(receiver: string, store: Pick<AlertStore, 'get'>) {
  return async (delivery: Delivery): Promise<string | undefined> => {
    const body = alertIn(delivery);
    if (!body) return undefined;
    try {
      const pending = stateFrom(await store.get(stateKey(receiver, body)))?.pending;
      return pending?.id === delivery.eventId && !pending.outdated ? undefined : OUT_OF_DATE;
    } catch (error) {
      ignore('worker.alerts.read')(error); // a message too many is better than none
      return undefined;
    }
  };
}

/** The records of the delivery, and one `alert.sent` or `alert.failed` beside each attempt. */
export function alertReport(receiver: string, report: Report, observer: Observer): Report {
  return {
    ...report,
    attempted(attempted) {
      report.attempted(attempted);
      const { delivery, attempt, verdict } = attempted;
      const body = alertIn(delivery);
      if (!body) return;
      const { alert, state, endpoint, summary } = body;
      const record = { alert, state, receiver, endpoint, summary };
      if (verdict.settle === 'delivered') return observer.alertSent({ ...record, attempts: attempt });
      const { status, reason, detail } = verdict.outcome;
      const retryAt = verdict.settle === 'retry' ? verdict.retryAt : undefined;
      observer.alertFailed({ ...record, attempt, status, reason, retryAt, detail });
    },
  };
}
