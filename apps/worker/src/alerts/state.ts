/**
 * What is remembered about one condition and one receiver, over all processes and restarts. It is kept in Redis as
 * JSON, and read by whichever worker holds the lease.
 */
import { z } from 'zod';

/** Names of the conditions, in the record, the metric and the message. */
export const ALERTS = ['failing', 'dead', 'backlog', 'quarantine', 'memory'] as const;
/** One of {@link ALERTS}. */
export type AlertName = (typeof ALERTS)[number];

/** Of a message: the condition began or lasts, or it is over. */
export const MESSAGE_STATES = ['firing', 'resolved'] as const;
/** One of {@link MESSAGE_STATES}. */
export type MessageState = (typeof MESSAGE_STATES)[number];

const pending = z.object({
  /** Of the event: the same in every attempt, and when it is published again after a crash. */
  id: z.string(),
  state: z.enum(MESSAGE_STATES),
  /** {@link Finding.amount} that the message is about. */
  amount: z.number().optional(),
  /** Its delivery is durable. Absent: it was decided on, and may or may not have been published. */
  queued: z.boolean().optional(),
  /** The condition has changed since: its delivery is out of date, unless it was made in the meantime. */
  outdated: z.boolean().optional(),
});

const state = z.object({
  /** Of the condition, when the receiver was last notified of it; epoch milliseconds. */
  since: z.number(),
  /** When the receiver was last notified that it fires, or a notification was given up; absent: not yet. */
  notifiedAt: z.number().optional(),
  /** The last message that the receiver got. `firing` also when it may have got that one: an attempt was made. */
  notified: z.enum(['nothing', ...MESSAGE_STATES]),
  /** {@link Finding.amount} when the receiver was last notified. */
  amount: z.number().optional(),
  /** The message that is being delivered. */
  pending: pending.optional(),
  /** The condition, for the text of a message after its endpoint is removed. */
  alert: z.enum(ALERTS),
  endpoint: z.string().optional(),
});

/** As the first version wrote it. A message that was being sent then is published with the id that it had. */
const firstVersion = state
  .omit({ notified: true, notifiedAt: true })
  // english: allow told, version 1 stored it by this name
  .extend({ heard: state.shape.notified, toldAt: z.number().optional() })
  // english: allow told, version 1 stored it by this name
  .transform(({ heard, toldAt, ...rest }) => ({ ...rest, notified: heard, notifiedAt: toldAt }));

const stored = z.union([state, firstVersion]);

/** See the header. */
export type NotificationState = z.output<typeof state>;
/** A message that is being delivered. */
export type PendingMessage = z.output<typeof pending>;

/** @returns undefined for what this version cannot read: the receiver is notified again */
export const stateFrom = (json: unknown): NotificationState | undefined => stored.safeParse(json).data;

/** A condition of an endpoint, or of the relay as a whole. */
interface Condition {
  alert: string;
  endpoint?: string;
}

/** The same over restarts. */
export const conditionKey = ({ alert, endpoint }: Condition): string =>
  endpoint === undefined ? alert : `${alert} ${endpoint}`;

/** Key of what is remembered; names hold no line break. */
export const stateKey = (receiver: string, condition: Condition): string =>
  `${receiver}\n${conditionKey(condition)}`;
