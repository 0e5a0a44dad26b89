/**
 * One event of the envelope. An event that came as text is sent as that text, character for character, because it
 * would not survive a round trip through JavaScript. For the same reason an annotation is written into the text, not
 * into a value.
 */
import type { Delivery } from '@longshore/event';

/** Undefined when the delivery has no event that this version can read. */
export function eventText(delivery: Delivery, annotate: boolean): string | undefined {
  const { json, text = json } = delivery.payload;
  if (text !== undefined) return annotate ? annotatedText(text, delivery) : text;
  // Read last: where the text is at hand, reading the value parses it.
  const { event } = delivery.payload;
  if (event === undefined) return undefined;
  return JSON.stringify(annotate ? { ...event, longshore: annotation(delivery) } : event);
}

function annotation({ source, kind, nativeType, receivedAt }: Delivery) {
  return { source, kind, nativeType, receivedAt: new Date(receivedAt).toISOString() };
}

/** The last member wins in every JSON reader that allows a name twice, so ours goes last. */
function annotatedText(text: string, delivery: Delivery): string {
  const end = text.lastIndexOf('}');
  if (end === -1) return text;
  const members = text.slice(0, end).trimEnd();
  const comma = members.endsWith('{') ? '' : ',';
  return `${members}${comma}"longshore":${JSON.stringify(annotation(delivery))}}`;
}
