/** A phrase that several actions print. */
import { plural } from '@longshore/event';
import type { EndpointOverview } from '../endpoints.js';

/** `2 deliveries queued` */
export const backlog = ({ pulse }: EndpointOverview): string =>
  `${plural(pulse.waiting + pulse.delayed, 'delivery', 'deliveries')} queued`;
