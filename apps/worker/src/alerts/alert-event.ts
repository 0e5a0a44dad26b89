/**
 * A message to a receiver of alerts as an event, in the form in which events of registries are delivered: the
 * registry's fields, and the message as `body`. The receiver gets the message alone, in the format that it asks for.
 */
import type { TakenEvent } from '@longshore/event';
import type { AlertMessage } from '@longshore/formats';
import { OWN_SOURCE } from '../own-publish.js';
import type { Message } from './decide.js';

/** Where a reader of a message finds the runbooks: in the repository, or beside the installed program. */
const RUNBOOKS = 'docs/runbooks';

/** @param id the same when the message is published again @param now epoch milliseconds */
export function alertEvent(id: string, { state, since, finding }: Message, now: number): TakenEvent {
  const { alert, endpoint, summary, next, runbook, details } = finding;
  const at = new Date(now).toISOString();
  const body: AlertMessage = {
    alert,
    ...(endpoint !== undefined && { endpoint }),
    state,
    summary,
    since: new Date(since).toISOString(),
    at,
    ...(state === 'firing' && { next }),
    runbook: `${RUNBOOKS}/${runbook}`,
    details,
  };
  const action = `alert.${state}`;
  return {
    event: { id, class: 'other', action, nativeType: action, timestamp: at, time: at, target: {} },
    payload: {
      event: { id, timestamp: at, action, target: {}, request: {}, actor: {}, source: {}, body },
    },
    contentType: 'application/json',
    source: OWN_SOURCE,
    kind: OWN_SOURCE,
    receivedAt: now,
  };
}
