/**
 * From one snapshot to what is to be remembered and sent: each receiver's findings against what it was notified of
 * before. Pure, but for the ids of new messages.
 */
import { randomUUID } from 'node:crypto';
import type { AlertConfig } from '@longshore/config';
import { decide, type Message } from './decide.js';
import { findingsFor, type Snapshot } from './finding.js';
import { type NotificationState, type PendingMessage, stateKey } from './state.js';

/** One message to be published. */
export interface Notification {
  /** Of what is remembered about it. */
  key: string;
  receiver: AlertConfig;
  message: Message;
  /** What is remembered, with the message as `pending`. */
  state: NotificationState & { pending: PendingMessage };
}

/** What is to be remembered of each condition, undefined for nothing; and what is to be published then. */
export interface AlertPlan {
  entries: Map<string, NotificationState | undefined>;
  notifications: Notification[];
}

/** @param states what is remembered, by key @param now epoch milliseconds */
export function planAlerts(
  receivers: readonly AlertConfig[],
  snapshot: Snapshot,
  states: ReadonlyMap<string, NotificationState>,
  now: number,
): AlertPlan {
  const plan: AlertPlan = { entries: new Map(), notifications: [] };
  for (const receiver of receivers) {
    const findings = new Map(
      [...findingsFor(receiver, snapshot, now).values()].map((finding) => [
        stateKey(receiver.name, finding),
        finding,
      ]),
    );
    const own = [...states.keys()].filter((key) => key.startsWith(`${receiver.name}\n`));
    for (const key of new Set([...findings.keys(), ...own])) {
      const { state, message } = decide(findings.get(key), states.get(key), receiver.window, now);
      plan.entries.set(key, state);
      if (!state || !message) continue;
      const { id = randomUUID() } = state.pending ?? {};
      const pending = { id, state: message.state, amount: message.finding.amount };
      const next = { ...state, pending };
      plan.entries.set(key, next);
      plan.notifications.push({ key, receiver, message, state: next });
    }
  }
  return plan;
}
