/** The body of a quarantined request, with the place of the fault marked. */
import type { Quarantined } from '@longshore/queue/quarantine';
import { Text } from '../parts.js';
import { faultIn, lineAndColumn } from './fault.js';

/** Characters shown before and behind a fault of a body that is longer. */
const AROUND = 20_000;

/** The text with a mark, and above it where the mark is. */
export function Body({ body: base64, reason }: Pick<Quarantined, 'body' | 'reason'>) {
  const body = Buffer.from(base64, 'base64').toString('utf8');
  const place = faultIn(body, reason);
  if (!place) return <Text name="Body">{body}</Text>;
  const { from, to } = place;
  const { line, column } = lineAndColumn(body, from);
  const start = Math.max(0, from - AROUND);
  const end = to + AROUND;
  const isEnd = from >= body.length;
  return (
    <>
      <p>
        <a href="#fault">
          {isEnd ? 'The body ends too early, in' : 'Marked:'} line {line}, column {column}
        </a>
      </p>
      <Text name="Body">
        {start > 0 && '…'}
        {body.slice(start, from)}
        <mark id="fault">{isEnd ? '⏎ end' : body.slice(from, to)}</mark>
        {body.slice(to, end)}
        {end < body.length && '…'}
      </Text>
    </>
  );
}
