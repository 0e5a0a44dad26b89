/** A dead delivery for people: on two lines of a list, and in full. */
import type { DeadLetter, DeadLetterDetail, StoredEvent } from '@longshore/queue/operator';
import { counted, moment, TIME_WIDTH } from '../trace/words.js';
import { block, facts, fitted } from './text.js';

/** Two lines of the list. */
export function row({ id, endpoint, deadAt, attempts, reason, event }: DeadLetter): string[] {
  const when = moment(deadAt).padEnd(TIME_WIDTH);
  const why = `${reason} after ${counted(attempts, 'attempt')}`;
  return [
    `${id}  ${when}  ${fitted(endpoint, 18)}`,
    `  ${fitted(why, 30, true)}  ${fitted(nameOf(event), 46)}`,
  ];
}

function nameOf(event: StoredEvent | undefined): string {
  if (!event) return '(this version cannot read it)';
  const { action, repository = '', tag, digest } = event.view;
  return `${action} ${repository}${tag ? `:${tag}` : digest ? `@${digest.slice(0, 19)}` : ''}`;
}

/** Everything that is kept of one: its last answer and its event too. */
export function inFull(letter: DeadLetterDetail): string[] {
  const { id, endpoint, deadAt, attempts, reason, status, detail, bytes, event, last, delivery, raw } =
    letter;
  const { view } = event ?? {};
  const known = facts([
    ['delivery', id],
    ['endpoint', endpoint],
    ['dead since', moment(deadAt)],
    ['attempts', attempts],
    ['reason', reason],
    ['status', status],
    ['detail', detail],
    ['event', event?.id],
    ['received', event && moment(event.receivedAt)],
    ['source', event && `${event.source} (${event.kind}, ${event.nativeType})`],
    ['action', view?.action],
    ['repository', view?.repository],
    ['tag', view?.tag],
    ['digest', view?.digest],
    ['media type', view?.mediaType],
    ['size', `${bytes} bytes`],
  ]);
  const { event: body, text } = delivery?.payload ?? {};
  return [
    ...known,
    ...(last?.body
      ? block(`Last answer (attempt ${last.attempt}${last.at ? `, ${moment(last.at)}` : ''})`, last.body)
      : []),
    ...(delivery ? block(`Event (${delivery.contentType})`, text ?? JSON.stringify(body, null, 2)) : []),
    ...(raw === undefined ? [] : block('Stored by another version, as it is', raw)),
  ];
}
