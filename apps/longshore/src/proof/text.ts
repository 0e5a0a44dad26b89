/** A proof as text: one block for each event, one line for each endpoint. */
import { localTime, plural, shortDigest } from '@longshore/event';
import { describeReason, describeRule } from '@longshore/operator/format';
import type { Synthesized } from './origin.js';
import type { Evidence, ProvenDelivery, ProvenEvent, Statement, Subject } from './statement.js';

/** Lines. Texts from outside are as they came; the caller makes them safe to show. */
export function proofText({ subject, madeAt, by, evidence, events }: Statement): string[] {
  return [
    `${subjectText(subject)}: ${plural(events.length, 'event')}, newest first, without pulls`,
    ...events.flatMap((event) => ['', ...eventText(event)]),
    '',
    ...evidenceText(evidence),
    `Made at ${localTime(madeAt)} by ${by}.`,
  ];
}

/** What a proof is about, in words. */
export const subjectText = (subject: Subject): string =>
  'digest' in subject
    ? subject.digest
    : `${subject.repository}${subject.tag === undefined ? '' : `:${subject.tag}`}`;

function eventText(event: ProvenEvent): string[] {
  const { action, repository = '', tag, digest, actor, source, receivedAt, id } = event;
  const name = `${repository}${tag === undefined ? '' : `:${tag}`}`;
  const by = actor === undefined ? '' : ` by ${actor}`;
  const received = receivedAt === undefined ? '' : ` at ${localTime(receivedAt)}`;
  return [
    `${action} ${name}${digest === undefined ? '' : ` ${shortDigest(digest)}`}${by}`,
    event.synthesized
      ? `  not sent by the registry: found${received} by a comparison with it, source ${source}, event ${id}`
      : `  received${received} from source ${source}, event ${id}`,
    ...(event.synthesized ? [`  ${boundsText(event.synthesized)}`] : []),
    ...event.deliveries.map((delivery) => `  ${deliveryText(delivery)}`),
    ...event.ignored.map(({ endpoint, rule }) => `  ${endpoint}: not sent, ${describeRule(rule)}`),
    ...(event.history === 'none' ? ['  deliveries unknown: older than the history, or in a gap of it'] : []),
    ...(event.history === 'part' ? ['  entries of the history are missing'] : []),
  ];
}

function boundsText({ since, until, firstSeen }: Synthesized): string {
  const bounds = [
    ...(since === undefined ? [] : [`after ${localTime(since)}`]),
    ...(until === undefined ? [] : [`before ${localTime(until)}`]),
  ];
  const first = firstSeen ? '; it was there at the first comparison, and went to the archive alone' : '';
  return `happened ${bounds.join(' and ')}${first}`;
}

function deliveryText({ endpoint, state, settledAt, attempts, tries, status }: ProvenDelivery): string {
  const at = settledAt === undefined ? '' : ` at ${localTime(settledAt)}`;
  const last = tries.at(-1);
  const answer = last ? `, answer: ${describeReason(last.reason)}` : status ? `, answer: HTTP ${status}` : '';
  const code = last?.status === undefined || last.reason.startsWith('http_') ? '' : ` (${last.status})`;
  return `${endpoint}: ${state}${at}, after ${plural(attempts, 'attempt')}${answer}${code}`;
}

function evidenceText({ history, archive, gaps, unproven = [], more }: Evidence): string[] {
  return [
    history === undefined
      ? 'Evidence: the history is empty.'
      : `Evidence: attempts since ${localTime(history)}.`,
    archive === undefined
      ? 'No archive: events older than the history are not known.'
      : `The archive has events since ${localTime(archive)}.`,
    ...gaps.map(
      ({ since, until }) =>
        `Entries of the history are missing from ${localTime(since)} to ${localTime(until)}.`,
    ),
    ...unproven.map(
      ({ source, since, until, note }) =>
        `Events of source ${source} may be missing from ${localTime(since)} to ${localTime(until)}${note ? `: ${note}` : ''}.`,
    ),
    ...(more ? ['There are older events that are not listed.'] : []),
  ];
}
