import { eventOf } from '@longshore/event';
import { describeContract, readBy } from '../testing/contract.js';
import { aDelivery } from '../testing/samples.js';
import { distribution } from './index.js';

describeContract({
  format: distribution,
  samples: new URL('./samples/', import.meta.url),
  parse: readBy('distribution'),
  // The envelope has no place for a registry's own word for the event.
  carried: (delivery) => ({ ...eventOf(delivery), nativeType: delivery.view.action }),
  withText(text) {
    const name = `of ${text}`.slice(0, 200);
    const target = { mediaType: name, repository: name, tag: name, url: `https://r.test/${name}` };
    const view = { action: name, repository: name, tag: name, mediaType: name };
    const event = { id: name, timestamp: '2026-11-21T09:30:00Z', action: name, target, actor: { name } };
    const about = { eventId: name, class: 'other', nativeType: name } as const;
    return aDelivery({ ...about, view, payload: { event } });
  },
});
