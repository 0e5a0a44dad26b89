/**
 * The catalogue of records: what each is called, at which level, and what its fields hold, in words.
 * `docs/reference/records.md` is made from it. The types of the fields are in `records.ts`, and the compiler wants
 * a row for each; when one is written is in `recorder.ts`.
 */
import type { Level, RecordFields, RecordName } from './records.js';

interface Form {
  level: Level;
  message: string;
  /** In words; for the page. */
  when?: string;
}

interface RecordRow<Name extends RecordName> {
  help: string;
  forms: readonly [Form, ...Form[]];
  fields: Record<keyof RecordFields[Name], string>;
}

const ENDPOINT = 'Name of the endpoint.';
const DELIVERY = 'Id of the delivery: also the job id and the receiver’s `Idempotency-Key`.';
const EVENT = 'Id of the event.';
const VIEW = { action: 'Action of the event.', repository: 'Its repository.', tag: 'Its tag.' };
const DETAIL = 'What happened and what to do next, in words.';
const ALERT = {
  alert: 'Which condition: `failing`, `dead`, `backlog`, `quarantine` or `memory`.',
  state: '`firing`, or `resolved` when it is over.',
  receiver: 'Name of the receiver in `alerts`.',
  endpoint: 'Name of the endpoint; absent for an alert about the relay as a whole.',
  summary: 'What the receiver was told, in one line.',
};
const MS = 'How long it took, in milliseconds.';

/** The catalogue. The forms of a record differ in level and message; `recorder.ts` picks one. */
export const RECORDS = {
  'event.received': {
    help: 'Events are durable: each of their deliveries, or those that Redis stored before it refused the rest (`missing`).',
    forms: [{ level: 'info', message: 'event received' }],
    fields: {
      source: 'Name of the source.',
      kind: 'Kind of registry that sent it.',
      events: 'The events, 1,000 at most: `id`, `action`, `repository`, `tag`, `digest`.',
      eventsNotListed: 'How many events there are besides; left out for none.',
      accepted: 'Events taken.',
      enqueued: 'Deliveries made durable.',
      duplicates: 'Deliveries that were known already.',
      ignored: 'Deliveries not made, because the endpoint’s rules ignore the event.',
      collapsed:
        'Deliveries not made, because the endpoint collapses equal facts and was told this one just before. Absent for none.',
      missing:
        'Deliveries that Redis refused. The request is answered 503 or spooled, and completes when it is sent again. Absent for none.',
      ms: MS,
      detail: DETAIL,
    },
  },
  'event.quarantined': {
    help: 'An event, or a whole body, could not be read. It is kept in quarantine and can be replayed.',
    forms: [{ level: 'warn', message: 'event quarantined' }],
    fields: {
      source: 'Name of the source.',
      kind: 'Kind of registry, when it is known.',
      reason: 'Why it could not be read.',
      bytes: 'Size of what is kept.',
      quarantineId: 'Id in quarantine.',
      detail: DETAIL,
    },
  },
  'event.refused': {
    help: 'A request was not taken. The sender gets the status, and sends it again or not. What Redis stored of it before is in `event.received`.',
    forms: [{ level: 'warn', message: 'event refused' }],
    fields: {
      source: 'Name of the source, or of the path when no source is known.',
      status: 'Status of the answer.',
      reason: 'Error code of the refusal.',
      detail: DETAIL,
    },
  },
  'event.spooled': {
    help: 'A request is on this machine’s disk, and is fed in when Redis can have it; `event.received` then tells of it.',
    forms: [{ level: 'info', message: 'event spooled' }],
    fields: {
      source: 'Name of the source.',
      kind: 'Kind of registry that sent it.',
      reason: 'Error code of what kept Redis from having it, or `order`: others of the spool come first.',
      bytes: 'Size of its body.',
    },
  },
  'event.aside': {
    help: 'Something in the spool cannot be fed in, now or later. It is in a file of its own, and what is behind it goes on.',
    forms: [{ level: 'error', message: 'spooled event set aside' }],
    fields: {
      source: 'Name of the source, or `unknown`.',
      kind: 'Kind of registry, when it is known.',
      reason:
        '`damaged`: the disk has changed it; `unreadable`: it is no request; `failed`: it cannot be taken.',
      bytes: 'Size of what is kept.',
      file: 'Where it is kept.',
      detail: DETAIL,
    },
  },
  'delivery.attempted': {
    help: 'One attempt at one receiver.',
    forms: [
      { level: 'info', message: 'notification sent', when: 'delivered' },
      { level: 'warn', message: 'notification failed', when: 'retry or dead' },
    ],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: DELIVERY,
      eventId: EVENT,
      ...VIEW,
      digest: 'Its digest, when it has no tag.',
      attempt: 'Number of the attempt, from 1.',
      outcome: '`delivered`, `retry` or `dead`.',
      status: 'HTTP status, when there was an answer.',
      reason: '`http_` and the status, or why there was no answer.',
      ms: MS,
      retryAt: 'When it is tried again, ISO 8601.',
      detail: DETAIL,
    },
  },
  'delivery.settled': {
    help: 'A delivery ended without having arrived. One that arrived has said so in `delivery.attempted`.',
    forms: [
      { level: 'error', message: 'notification dropped', when: 'dead: it is in the dead-letter set' },
      {
        level: 'warn',
        message: 'notification dropped',
        when: 'expired or dropped: it left the dead-letter set',
      },
    ],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: DELIVERY,
      eventId: EVENT,
      ...VIEW,
      attempts: 'Attempts made.',
      outcome: '`dead`; `expired` by retention; `dropped` by an operator.',
      reason: 'Reason of the last attempt.',
      kept: '`true` when dead: it is in the dead-letter set, and can be retried.',
      detail: DETAIL,
    },
  },
  'alert.sent': {
    help: 'A receiver of `alerts` took a message.',
    forms: [{ level: 'warn', message: 'alert sent' }],
    fields: { ...ALERT, attempts: 'Attempts that it took.' },
  },
  'alert.failed': {
    help: 'A receiver of `alerts` did not take a message. Nobody is alerted of that: look at `longshore_alert_notifications_total`.',
    forms: [
      { level: 'warn', message: 'alert failed', when: 'it is tried again' },
      { level: 'error', message: 'alert failed', when: 'it is given up until the next window' },
    ],
    fields: {
      ...ALERT,
      attempt: 'Number of the attempt, from 1.',
      status: 'HTTP status, when there was an answer.',
      reason: '`http_` and the status, or why there was no answer.',
      retryAt: 'When it is tried again, ISO 8601.',
      detail: DETAIL,
    },
  },
  'delivery.replayed': {
    help: 'An operator gave a dead delivery all of its attempts again: it is back in its queue.',
    forms: [{ level: 'info', message: 'notification replayed' }],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: DELIVERY,
      eventId: EVENT,
      ...VIEW,
      attempts: 'Attempts made before.',
      reason: 'Reason of the last one.',
      by: 'Who did it: the command, or the dashboard.',
    },
  },
  'delivery.ignored': {
    help: 'A rule of the endpoint ignores the event. Ingest counts these in `event.received` too.',
    forms: [{ level: 'debug', message: 'notification ignored' }],
    fields: {
      endpoint: ENDPOINT,
      rule: 'The rule.',
      deliveryId: DELIVERY,
      eventId: EVENT,
      ...VIEW,
    },
  },
  'delivery.collapsed': {
    help: 'The endpoint’s `collapse` left a delivery out: another one told the same fact within the window. These are counted in `event.received` too.',
    forms: [{ level: 'debug', message: 'notification collapsed' }],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: 'Id that the delivery would have had.',
      eventId: EVENT,
      into: 'Id of the delivery that told it first.',
      ...VIEW,
    },
  },
  'preheat.finished': {
    help: 'An image was warmed, or was given up. Deliveries of the same image that waited for it leave none of their own.',
    forms: [
      { level: 'info', message: 'image warmed', when: 'succeeded, skipped or dryrun' },
      { level: 'warn', message: 'image not warmed', when: 'partial or failed' },
    ],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: DELIVERY,
      repository: 'The image’s repository.',
      tag: 'Its tag.',
      digest: 'Its digest.',
      result: '`succeeded`, `partial`, `failed`, `skipped` by the policy, or `dryrun`.',
      warmed: 'Parts that were fetched, over all targets.',
      already: 'Parts that were warm before.',
      asked: 'Parts that a target took and cannot tell more about.',
      skipped: 'Parts that were left out.',
      failed: 'Parts that failed.',
      bytes: 'Bytes that were moved, as far as targets tell.',
      ms: MS,
      ageMs: 'From the receipt of the event, in milliseconds.',
      detail: DETAIL,
    },
  },
} as const satisfies { [Name in RecordName]: RecordRow<Name> };
