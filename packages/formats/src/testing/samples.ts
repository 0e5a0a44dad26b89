/**
 * Samples of a format, for tests: `NAME.json` holds deliveries as they are stored, `NAME.http` beside it what is
 * expected of a request with them: its media type, an empty line, and the body to its last byte.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Delivery } from '@longshore/event';
import type { RenderOptions } from '../format.js';

/** Deliveries and the expected request. */
export interface Sample {
  /** The file's name without its ending. */
  name: string;
  deliveries: Delivery[];
  options: RenderOptions;
  contentType: string;
  body: string;
}

/** What a sample leaves out. */
const COMMON = {
  endpoint: 'alistener',
  source: 'default',
  kind: 'distribution',
  class: 'event',
  nativeType: 'push',
  receivedAt: Date.UTC(2026, 10, 21, 9, 30, 0, 5),
  contentType: 'application/vnd.docker.distribution.events.v2+json',
} as const;

/** A stored delivery with these members. */
export const aDelivery = (
  some: Pick<Delivery, 'eventId' | 'view' | 'payload'> & Partial<Delivery>,
): Delivery => ({
  id: `delivery of ${some.eventId}`,
  ...COMMON,
  ...some,
});

/** Every sample in the folder. */
export function readSamples(folder: URL): Sample[] {
  const names = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return names.sort().map((file) => {
    const name = file.slice(0, -'.json'.length);
    const { deliveries, annotate = false } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    const expected = readFileSync(new URL(`${name}.http`, folder), 'utf8');
    const [head = ''] = expected.split('\n\n', 1);
    return {
      name,
      deliveries: deliveries.map(aDelivery),
      options: { annotate },
      contentType: head.replace('content-type: ', ''),
      body: expected.slice(head.length + 2),
    };
  });
}
