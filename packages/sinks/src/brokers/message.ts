/** A delivery as a message: the same form, id and headers as a request over HTTP has. */
import { factsOf, isTest, type Outcome } from '@longshore/event';
import { TemplateFault } from '@longshore/formats/template';
import { CONNECTION_HEADERS, isHeaderName } from '../header-rules.js';
import { UNREADABLE } from '../http/outgoing.js';
import type { Message, MessageParts } from './driver.js';

/** @returns an outcome where none can be made */
export function messageOf(parts: MessageParts): Message | Outcome {
  const { delivery, attempt, format, headers = {}, texts, ...options } = parts;
  try {
    const body = format.render([delivery], options);
    if (!body) return UNREADABLE;
    const own = {
      'Content-Type': format.contentType(delivery, options),
      'Idempotency-Key': delivery.id,
      'X-Longshore-Delivery': delivery.id,
      'X-Longshore-Attempt': String(attempt),
      ...(isTest(delivery) && { 'X-Longshore-Test': '1' }),
      ...format.headers?.([delivery], options),
    };
    const { 'Content-Type': contentType = '', ...all } = replaced(own, headers);
    return {
      id: delivery.id,
      key: factsOf(delivery, options.host).repository ?? '',
      ...{ body, contentType, headers: all },
      texts: texts.render(delivery, options.host),
    };
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const detail = `no message can be made of this event: ${error.message}; correct the template, then retry it`;
    return { kind: 'dead', reason: 'template', detail };
  }
}

/** Configured ones win, whatever their case; a header of a message has one value. */
function replaced(
  own: Readonly<Record<string, string>>,
  configured: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  const names = new Map(Object.keys(own).map((name) => [name.toLowerCase(), name]));
  const entries = Object.entries(configured)
    .filter(([name]) => isHeaderName(name) && !CONNECTION_HEADERS.has(name.toLowerCase()))
    .map(([name, values]) => [names.get(name.toLowerCase()) ?? name, values.join(', ')] as const);
  return { ...own, ...Object.fromEntries(entries) };
}
