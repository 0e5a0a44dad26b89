/**
 * The catalogue of records: name, level, message and description of each field. `docs/reference/records.md` is
 * generated from it. The types of the fields are in `records.ts`, and the compiler requires a row for each;
 * `recorder.ts` writes them.
 */
import type { Level, RecordFields, RecordName } from './records.js';

interface Form {
  level: Level;
  message: string;
  /** Condition, for the reference page. */
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
const DETAIL = 'What happened and what to do.';
const ALERT = {
  alert: 'Which condition: `failing`, `dead`, `backlog`, `quarantine` or `memory`.',
  state: '`firing` or `resolved`.',
  receiver: 'Name of the receiver in `alerts`.',
  endpoint: 'Name of the endpoint; absent for an alert about the relay as a whole.',
  summary: 'The alert in one line.',
};
const MS = 'Duration in milliseconds.';

/** Of the end of a preheat or copy. */
const IMAGE_END = {
  endpoint: ENDPOINT,
  deliveryId: DELIVERY,
  repository: 'The image’s repository.',
  tag: 'Its tag.',
  digest: 'Its digest.',
  result: '`succeeded`, `partial`, `failed`, `skipped` by the policy, or `dryrun`.',
  warmed: 'Parts fetched, over all targets.',
  already: 'Parts that were warm before.',
  asked: 'Parts that a target accepted without reporting the result.',
  skipped: 'Parts skipped.',
  failed: 'Parts that failed.',
  bytes: 'Bytes transferred, as far as targets report them.',
  ms: MS,
  ageMs: 'Time since the receipt of the event, in milliseconds.',
  detail: DETAIL,
};

/** The catalogue. The forms of a record differ in level and message; `recorder.ts` picks one. */
export const RECORDS = {
  'event.received': {
    help: 'A request was accepted: each of its deliveries is durable, or those that Redis stored before it refused the rest (`missing`).',
    forms: [{ level: 'info', message: 'event received' }],
    fields: {
      source: 'Name of the source.',
      kind: 'Kind of registry that sent it.',
      events: 'The events, 1,000 at most: `id`, `action`, `repository`, `tag`, `digest`.',
      eventsNotListed: 'Number of events that are not listed; absent for none.',
      accepted: 'Events accepted.',
      enqueued: 'Deliveries enqueued.',
      duplicates: 'Deliveries that existed already.',
      ignored: 'Deliveries that the endpoint’s rules ignore.',
      collapsed: 'Deliveries collapsed as duplicates of an equal event. Absent for none.',
      missing:
        'Deliveries that Redis refused. The request is answered 503 or spooled; a retry completes it. Absent for none.',
      ms: MS,
      detail: DETAIL,
    },
  },
  'event.quarantined': {
    help: 'An event, or a whole body, is unreadable. It is in quarantine and can be replayed.',
    forms: [{ level: 'warn', message: 'event quarantined' }],
    fields: {
      source: 'Name of the source.',
      kind: 'Kind of registry, if known.',
      reason: 'Why it is unreadable.',
      bytes: 'Stored size.',
      quarantineId: 'Id in quarantine.',
      detail: DETAIL,
    },
  },
  'event.replayed': {
    help: 'An operator replays archived events to one endpoint: one line for each part of the replay in which something was enqueued or retried. Each retried dead letter has a `delivery.replayed` too.',
    forms: [{ level: 'info', message: 'events replayed' }],
    fields: {
      endpoint: ENDPOINT,
      run: 'Id of the replay, for `longshore replay --resume`.',
      by: 'The command or the dashboard that did it.',
      events: 'Archived events of this part.',
      enqueued: 'Deliveries enqueued.',
      had: 'Events that the endpoint had.',
      waiting: 'Events that were in its queue already.',
      retried: 'Events that were dead there, and were retried.',
      ignored: 'Events that the endpoint’s rules ignore, or that were collapsed.',
      unreadable: 'Events whose body is not kept or cannot be read.',
    },
  },
  'event.refused': {
    help: 'A request was refused. The sender gets the status, and retries or not. Deliveries that Redis stored before are in `event.received`.',
    forms: [{ level: 'warn', message: 'event refused' }],
    fields: {
      source: 'Name of the source, or the path if there is no such source.',
      status: 'HTTP status of the response.',
      reason: 'Error code of the refusal.',
      detail: DETAIL,
    },
  },
  'event.spooled': {
    help: 'A request was written to this machine’s disk. It is drained when Redis is available, and then recorded as `event.received`.',
    forms: [{ level: 'info', message: 'event spooled' }],
    fields: {
      source: 'Name of the source.',
      kind: 'Kind of registry that sent it.',
      reason: 'Error code of the Redis failure.',
      bytes: 'Size of its body.',
    },
  },
  'event.aside': {
    help: 'A spooled request cannot be enqueued, now or later. It is moved to the folder `bad`; other requests are not blocked.',
    forms: [{ level: 'error', message: 'spooled event set aside' }],
    fields: {
      source: 'Name of the source, or `unknown`.',
      kind: 'Kind of registry, if known.',
      reason: '`damaged`: corrupted on disk; `unreadable`: not a request; `failed`: cannot be enqueued.',
      bytes: 'Stored size.',
      file: 'Path of its file.',
      detail: DETAIL,
    },
  },
  'delivery.attempted': {
    help: 'One delivery attempt.',
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
      batch: 'Deliveries in the same request, this one included, when there were others.',
      outcome: '`delivered`, `retry` or `dead`.',
      status: 'HTTP status, if there was a response.',
      reason: '`http_` and the status, or why there was no response.',
      ms: MS,
      retryAt: 'Time of the next attempt, ISO 8601.',
      detail: DETAIL,
    },
  },
  'delivery.settled': {
    help: 'A delivery ended undelivered. Successful ones are recorded in `delivery.attempted` only.',
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
      attempts: 'Number of attempts.',
      outcome: '`dead`; `expired` by retention; `dropped` by an operator.',
      reason: 'Reason of the last attempt.',
      kept: '`true` when dead: it is in the dead-letter set and can be retried.',
      detail: DETAIL,
    },
  },
  'alert.sent': {
    help: 'A notification was sent to a receiver of `alerts`.',
    forms: [{ level: 'warn', message: 'alert sent' }],
    fields: { ...ALERT, attempts: 'Number of attempts.' },
  },
  'alert.failed': {
    help: 'A notification to a receiver of `alerts` failed. This raises no further alert: monitor `longshore_alert_notifications_total`.',
    forms: [
      { level: 'warn', message: 'alert failed', when: 'it is retried' },
      { level: 'error', message: 'alert failed', when: 'it is abandoned until the next window' },
    ],
    fields: {
      ...ALERT,
      attempt: 'Number of the attempt, from 1.',
      status: 'HTTP status, if there was a response.',
      reason: '`http_` and the status, or why there was no response.',
      retryAt: 'Time of the next attempt, ISO 8601.',
      detail: DETAIL,
    },
  },
  'delivery.replayed': {
    help: 'A dead letter is back in its queue with all of its attempts: an operator retried it, or it died of an outage that is over.',
    forms: [{ level: 'info', message: 'notification replayed' }],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: DELIVERY,
      eventId: EVENT,
      ...VIEW,
      attempts: 'Attempts before the replay.',
      reason: 'Reason of the last attempt.',
      by: 'The command or the dashboard that did it; `hold` after an outage.',
    },
  },
  'delivery.counted': {
    help: 'Deliveries that left the dead-letter set while more than 20,000 of their endpoint already waited to be recorded, as after a drop of a million with no worker running. One line for all of them instead of `delivery.replayed` or `delivery.settled` for each; the metrics count each.',
    forms: [{ level: 'warn', message: 'notifications counted' }],
    fields: {
      endpoint: ENDPOINT,
      outcome: '`replayed` or `dropped` by an operator; `expired` by retention.',
      count: 'How many.',
      by: 'Who did it: the command, the dashboard, or `retention`.',
    },
  },
  'delivery.ignored': {
    help: 'A rule of the endpoint ignores the event. `event.received` counts these too.',
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
    help: 'The endpoint’s `collapse` dropped a duplicate: an equal event was stored within the window. `event.received` counts these too.',
    forms: [{ level: 'debug', message: 'notification collapsed' }],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: 'Id that the delivery would have had.',
      eventId: EVENT,
      into: 'Id of the delivery of the first event.',
      ...VIEW,
    },
  },
  'delivery.superseded': {
    help: 'The endpoint has `latest: tag`, and a newer event of the same tag came while this delivery waited. It is settled and not delivered.',
    forms: [{ level: 'info', message: 'notification superseded' }],
    fields: {
      endpoint: ENDPOINT,
      deliveryId: DELIVERY,
      eventId: EVENT,
      by: 'Id of the newer delivery.',
      ...VIEW,
    },
  },
  'endpoint.held': {
    help: 'The receiver of an endpoint looks down, or asked for a pause. Its deliveries wait, and no event is lost: it is probed until it answers.',
    forms: [{ level: 'warn', message: 'endpoint held' }],
    fields: {
      endpoint: ENDPOINT,
      reason: 'Reason of the last failed attempt.',
      waiting: 'Deliveries that wait.',
      probeAt: 'Time of the first probe, ISO 8601. Absent for a pause that the receiver asked for.',
      until: 'End of the pause that the receiver asked for (`Retry-After`), ISO 8601.',
      detail: DETAIL,
    },
  },
  'endpoint.recovered': {
    help: 'A hold is over: the endpoint delivers with its full `concurrency` again, and what died of the outage is back in its queue.',
    forms: [{ level: 'info', message: 'endpoint recovered' }],
    fields: {
      endpoint: ENDPOINT,
      heldMs: 'How long it was held, in milliseconds.',
      waited: 'Deliveries that waited when the receiver answered.',
      revived: 'Dead letters of the outage that were revived; each has a `delivery.replayed`.',
      reason: 'Reason of the last failed attempt.',
      detail: DETAIL,
    },
  },
  'endpoint.released': {
    help: 'A hold ended without an answer of the receiver. Deliveries are attempted, and dead-lettered after `threshold` attempts; there is no new hold before one is delivered.',
    forms: [{ level: 'warn', message: 'endpoint no longer held' }],
    fields: {
      endpoint: ENDPOINT,
      heldMs: 'How long it was held, in milliseconds.',
      reason: 'Reason of the last failed attempt.',
      detail: DETAIL,
    },
  },
  'operator.acted': {
    help: 'Somebody changed something: on the pages, through the API, on the board, or with a command. The leading worker writes it. An action on many has one line before its first change (`started`) and one at its end.',
    forms: [
      { level: 'info', message: 'operator acted' },
      { level: 'warn', message: 'operator acted', when: 'it failed or was cancelled' },
    ],
    fields: {
      actor: 'Name of the user or token; of a command the system user.',
      kind: 'How the actor was identified: `basic`, `token`, `proxy`, `oidc`, `command`, or `open` for a dashboard without sign-in.',
      role: '`viewer`, `operator` or `admin`.',
      by: 'The dashboard or the command.',
      action:
        '`pause`, `resume`, `dead.retry`, `dead.drop`, `quarantine.retry`, `quarantine.drop`, `board` …',
      endpoint: ENDPOINT,
      filter: 'Which ones, as it was asked for.',
      count: 'How many things were changed.',
      result: '`started`, `done`, `stopped` (cancelled) or `failed`.',
      addr: 'Address of the client; of a command the host.',
      at: 'Time of the action, ISO 8601.',
    },
  },
  'archive.dropped': {
    help: 'A partition of the archive was dropped with everything in it, by `archive.retention` or because the archive was larger than `archive.maxbytes`.',
    forms: [
      { level: 'info', message: 'archive partition dropped', when: 'by age' },
      { level: 'warn', message: 'archive partition dropped', when: 'by size, before its time' },
    ],
    fields: {
      partition: 'Name of its table in the schema `longshore`.',
      since: 'Its events are of this time or later, ISO 8601.',
      until: 'Its events are from before this time.',
      bytes: 'Its size with indexes.',
      why: '`age` or `size`.',
    },
  },
  'queue.lost': {
    help: 'Redis has lost data: it was flushed, it came back empty, or it came back with older data. One process reports it. What the relay keeps there as settings (endpoints, pauses) was written again.',
    forms: [{ level: 'error', message: 'Redis lost data' }],
    fields: {
      from: 'Deliveries that ingest received from this time on may be missing, ISO 8601.',
      until: 'Until this time.',
      state: '`empty`: all was lost; `older`: what was written since `from`.',
      detail: DETAIL,
    },
  },
  'preheat.finished': {
    help: 'The preheat of an image ended. Deliveries of the same image that waited for it have no record of their own.',
    forms: [
      { level: 'info', message: 'image warmed', when: 'succeeded, skipped or dryrun' },
      { level: 'warn', message: 'image not warmed', when: 'partial or failed' },
    ],
    fields: IMAGE_END,
  },
  'copy.finished': {
    help: 'The copy of an image ended.',
    forms: [
      { level: 'info', message: 'image copied', when: 'succeeded or skipped' },
      { level: 'warn', message: 'image not copied', when: 'partial or failed' },
    ],
    fields: {
      ...IMAGE_END,
      result:
        '`succeeded`, `partial`, `failed`, or `skipped`: not wanted, or the tag names another image by now.',
      warmed: 'Parts copied or mounted.',
      already: 'Parts that the target had before.',
      asked: 'Always 0.',
      bytes: 'Bytes uploaded.',
    },
  },
} as const satisfies { [Name in RecordName]: RecordRow<Name> };
