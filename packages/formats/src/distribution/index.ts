/**
 * The envelope of CNCF Distribution, `{"events":[…]}`, as the registry posts it.
 * Source: `notifications/{event,http}.go` of distribution 3.1.1.
 */
import type { Format } from '../format.js';
import { eventText } from './event-text.js';

/** The format `distribution`. */
export const distribution: Format = {
  name: 'distribution',
  summary: 'the envelope of the registry’s own notifications',
  offeredTo: ['endpoints'],
  needs: {},
  batches: () => true,
  contentType: ({ contentType }) => contentType,
  render(deliveries, { annotate }) {
    const texts: string[] = [];
    for (const delivery of deliveries) {
      const text = eventText(delivery, annotate);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return Buffer.from(`{"events":[${texts.join(',')}]}`);
  },
};
