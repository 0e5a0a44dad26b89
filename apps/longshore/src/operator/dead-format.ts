/** Dead-lettered deliveries for people: in a table, by cause, and one in full. */
import { eventName, formatNumber, formatSize, localTime } from '@longshore/event';
import { describeReason } from '@longshore/operator/format';
import { block, type Column, properties, table } from '@longshore/operator/terminal';
import type { DeadLetter, DeadLetterDetail } from '@longshore/queue/dead';
import type { DeadGroups } from '@longshore/queue/dead-groups';
import { SHORT_ID } from './ids.js';

const COLUMNS: readonly Column[] = [
  { header: 'ID' },
  { header: 'DEAD-LETTERED' },
  { header: 'ENDPOINT' },
  { header: 'TRIED', isNumber: true },
  { header: 'REASON' },
  { header: 'EVENT' },
];

/** The list; `wide`: whole ids, and the answer in words. @param width of the terminal; undefined: as wide as needed */
export function letterTable(letters: readonly DeadLetter[], wide: boolean, width?: number): string[] {
  const rows = letters.map(({ id, endpoint, deadAt, attempts, reason, event, detail }) => [
    wide ? id : id.slice(0, SHORT_ID),
    localTime(deadAt),
    endpoint,
    attempts,
    reason,
    event ? eventName(event.view) : '(cannot be read)',
    ...(wide ? [detail ?? ''] : []),
  ]);
  return table(wide ? [...COLUMNS, { header: 'ANSWER' }] : COLUMNS, rows, wide ? undefined : width);
}

/** Counts by cause. @param width as above */
export function groupTable({ groups }: DeadGroups, width?: number): string[] {
  const columns = [{ header: 'DEAD', isNumber: true }, { header: 'NEWEST' }, { header: 'ENDPOINT' }];
  return table(
    [...columns, { header: 'REASON' }, { header: 'ANSWER' }],
    groups.map(({ count, newestAt, endpoint, reason, answer }) => [
      ...[formatNumber(count), localTime(newestAt), endpoint, reason, answer],
    ]),
    width,
  );
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
