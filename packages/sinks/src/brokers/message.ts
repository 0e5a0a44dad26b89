/** A delivery as a message: the same form, id and headers as a request over HTTP has. */
import { factsOf, isTest, type Outcome } from '@longshore/event';
import { TemplateFault } from '@longshore/formats/template';
import { UNREADABLE } from '../http/outgoing.js';
import type { Message, MessageParts } from './driver.js';

/** @returns an outcome where none can be made */
export function messageOf(parts: MessageParts): Message | Outcome {
  const { delivery, attempt, format, texts, ...options } = parts;
  try {
    const body = format.render([delivery], options);
    if (!body) return UNREADABLE;
    return {
      id: delivery.id,
      key: factsOf(delivery, options.host).repository ?? '',
      body,
      contentType: format.contentType(delivery, options),
      headers: {
        'Idempotency-Key': delivery.id,
        'X-Longshore-Delivery': delivery.id,
        'X-Longshore-Attempt': String(attempt),
        ...(isTest(delivery) && { 'X-Longshore-Test': '1' }),
        ...format.headers?.([delivery], options),
      },
      texts: texts.render(delivery, options.host),
    };
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const detail = `no message can be made of this event: ${error.message}; correct the template, then retry it`;
    return { kind: 'dead', reason: 'template', detail };
  }
}
