/**
 * A message to a receiver of alerts as an event, in the form in which events of registries are delivered: the
 * registry's fields, and the message as `body`. The receiver gets the body alone, in the format that it asks for.
 */
import type { AlertConfig } from '@longshore/config';
import type { Delivery, TakenEvent } from '@longshore/event';
import { z } from 'zod';
import { OWN_SOURCE } from '../own-publish.js';
import type { Message } from './decide.js';
import { MESSAGE_STATES } from './state.js';

/** Where a reader of a message finds the runbooks: in the repository, or beside the installed program. */
const RUNBOOKS = 'docs/runbooks';

const alertBody = z.object({
  /** Which condition. */
  alert: z.string(),
  /** Absent for an alert about the relay as a whole. */
  endpoint: z.string().optional(),
  state: z.enum(MESSAGE_STATES),
  summary: z.string(),
  /** ISO 8601. */
  since: z.string(),
  at: z.string(),
  /** What to do now; absent when it is over. */
  next: z.string().optional(),
  runbook: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** Every field of a message. */
export type AlertBody = z.output<typeof alertBody>;

const payload = z.object({ body: alertBody });

/** @param id the same when the message is published again @param now epoch milliseconds */
export function alertEvent(id: string, { state, since, finding }: Message, now: number): TakenEvent {
  const { alert, endpoint, summary, next, runbook, details } = finding;
  const at = new Date(now).toISOString();
  const body: AlertBody = {
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

/** The message in a delivery; undefined when this version cannot read it. */
export const alertIn = ({ payload: { event } }: Delivery): AlertBody | undefined =>
  payload.safeParse(event).data?.body;

/** The body of the request to the receiver, as JSON. */
export function alertRequest(format: AlertConfig['format'], body: AlertBody): Record<string, unknown> {
  return format === 'slack' ? { text: slackText(body) } : body;
}

function slackText({ state, summary, next = '', runbook }: AlertBody): string {
  if (state === 'resolved') return `:white_check_mark: *Longshore, resolved:* ${escaped(summary)}`;
  return [
    `:rotating_light: *Longshore:* ${escaped(summary)}`,
    `*Next:* ${escaped(next)}`,
    `*Runbook:* ${escaped(runbook)}`,
  ].join('\n');
}

/** Slack's own three; with them a name cannot become a mention or a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
