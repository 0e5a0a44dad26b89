/** A dead-lettered delivery for people: on two lines of a list, and in full. */
import { eventName, formatSize, localTime, plural } from '@longshore/event';
import { describeReason } from '@longshore/operator/format';
import { block, properties, TIME_WIDTH, truncate } from '@longshore/operator/terminal';
import type { DeadLetter, DeadLetterDetail } from '@longshore/queue/dead';

/** Two lines of the list. */
export function row({ id, endpoint, deadAt, attempts, reason, event }: DeadLetter): string[] {
  const time = localTime(deadAt).padEnd(TIME_WIDTH);
  const why = `${reason} after ${plural(attempts, 'attempt')}`;
  const name = event ? eventName(event.view) : '(cannot be read)';
  return [`${id}  ${time}  ${truncate(endpoint, 18)}`, `  ${truncate(why, 30, true)}  ${truncate(name, 46)}`];
}

/** Every stored field, with the last answer and the event. */
export function inFull(letter: DeadLetterDetail): string[] {
  const { id, endpoint, deadAt, attempts, reason, status, detail, bytes, event, last, delivery, raw } =
    letter;
  const { view } = event ?? {};
  const known = properties([
    ['delivery', id],
    ['endpoint', endpoint],
    ['dead-lettered', localTime(deadAt)],
    ['attempts', attempts],
    ['reason', reason],
    ['meaning', describeReason(reason)],
    ['status', status],
    ['detail', detail],
    ['event', event?.id],
    ['received', event && localTime(event.receivedAt)],
    ['source', event && `${event.source} (${event.kind}, ${event.nativeType})`],
    ['action', view?.action],
    ['repository', view?.repository],
    ['tag', view?.tag],
    ['digest', view?.digest],
    ['media type', view?.mediaType],
    ['size', formatSize(bytes)],
  ]);
  const { event: body, text } = delivery?.payload ?? {};
  const attempt = last && `attempt ${last.attempt}${last.at ? `, ${localTime(last.at)}` : ''}`;
  return [
    ...known,
    ...(last?.body ? block(`Last answer (${attempt})`, last.body) : []),
    ...(delivery ? block(`Event (${delivery.contentType})`, text ?? JSON.stringify(body, null, 2)) : []),
    ...(raw === undefined ? [] : block('Stored data (damaged, or of a newer version)', raw)),
  ];
}
