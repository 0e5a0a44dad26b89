/**
 * The request's body: the registry's envelope with one event, `{"events":[…]}`.
 *
 * An event that came as text is sent as that text, character for character, because it would not survive a
 * round trip through JavaScript. For the same reason an annotation is written into the text, not into a value.
 */
import type { Delivery } from '@longshore/event';

/**
 * Undefined when the delivery holds nothing that this version can read.
 * @param enveloped false: the event stands alone
 */
export function bodyOf(delivery: Delivery, annotate: boolean, enveloped = true): Buffer | undefined {
  const { json, text = json } = delivery.payload;
  const finish = enveloped ? envelope : Buffer.from;
  if (text !== undefined) return finish(annotate ? annotatedText(text, delivery) : text);
  const { event } = delivery.payload;
  if (event === undefined) return undefined;
  return finish(JSON.stringify(annotate ? { ...event, longshore: annotation(delivery) } : event));
}

function envelope(eventText: string): Buffer {
  return Buffer.from(`{"events":[${eventText}]}`);
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
