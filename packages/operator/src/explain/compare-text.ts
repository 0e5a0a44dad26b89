/** Changes of a configuration as lines of text. */
import { plural } from '@longshore/event';
import type { Difference, EndpointChange } from './compare.js';

const WORDS: Readonly<Record<Difference, string>> = {
  added: 'would be delivered and is not delivered now',
  removed: 'is delivered now and would not be',
  request: 'would be another request',
  broken: 'would be dead-lettered: no request can be made of it',
  filter: 'would be delivered because `where` fails on it',
};

const COUNTED: Readonly<Record<Difference, (count: number) => string>> = {
  added: (count) => `${count} more delivered`,
  removed: (count) => `${count} no longer delivered`,
  request: (count) => plural(count, 'request changes', 'requests change'),
  broken: (count) => `${count} dead-lettered`,
  filter: (count) => plural(count, 'filter error'),
};

const STATUS = { new: ', a new endpoint', gone: ', no longer an endpoint', kept: '' } as const;

/** One endpoint after the other. */
export function changeLines(changes: readonly EndpointChange[]): string[] {
  return changes.flatMap(({ endpoint, status, before, after, counts, examples }) => {
    const kinds = Object.keys(COUNTED) as Difference[];
    const found = kinds.flatMap((kind) => (counts[kind] > 0 ? [COUNTED[kind](counts[kind])] : []));
    const what = found.length > 0 ? found.join(', ') : 'no change';
    return [
      `${endpoint}${STATUS[status]}: ${before} delivered now, ${after} then: ${what}`,
      ...examples.map(
        ({ difference, event, name, why }) => `  ${name} (${event}) ${WORDS[difference]}: ${why}`,
      ),
    ];
  });
}
