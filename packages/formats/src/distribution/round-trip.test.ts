/** Whatever registry an event comes from: what is delivered of it is read as the same event by the next relay. */
import { readdirSync, readFileSync } from 'node:fs';
import { deliveryOf } from '@longshore/event';
import { createSources } from '@longshore/sources';
import { expect, test } from 'vitest';
import { readBy } from '../testing/contract.js';
import { distribution } from './index.js';

const kinds = new URL('../../../sources/src/kinds/', import.meta.url);
/** Lines of a registry's log go to the archive and to no receiver. */
const files = readdirSync(kinds, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.http') && !file.startsWith('distribution-log/'),
);

test.each(files)('%s', (file) => {
  const [kind = ''] = file.split('/', 1);
  const sources = createSources({ sources: [{ name: kind, kind }], includeReferences: true });
  const { taken } = sources.reopen(kind, requestIn(readFileSync(new URL(file, kinds))));
  // Without a repository, as of a quota, an event is none of the registry's own.
  for (const one of taken.filter(({ event }) => event.target.repository)) {
    const delivery = deliveryOf(one, 'alistener');
    const body = distribution.render([delivery], { annotate: true });
    if (!body) return expect.unreachable('nothing is rendered');
    const [again, ...others] = readBy('distribution')(
      body,
      distribution.contentType(delivery, { annotate: true }),
    );
    // A registry's own word for the event is not in the envelope, nor the sender's way to write a time.
    const { nativeType: _, timestamp: __, ...event } = one.event;
    expect(again).toMatchObject(event);
    expect(others).toEqual([]);
  }
});

function requestIn(file: Buffer) {
  const end = file.indexOf('\n\n');
  const [, ...lines] = file.subarray(0, end).toString().split('\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const body = file.subarray(end + 2);
  return {
    method: 'POST',
    path: '/',
    headers: Object.fromEntries(headers),
    body,
    receivedAt: 1_773_480_414_000,
  };
}
