/** Requests of quarantine that are tried again as a kind that someone chose. */
import { connect } from '@longshore/queue';
import { createJournal } from '@longshore/queue/journal';
import { createQuarantine } from '@longshore/queue/quarantine';
import { redisUrl, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createActs } from './access/acts.js';
import type { Replayed } from './port.js';
import { quarantineMethods } from './quarantine.js';

const NOTHING: Replayed = { accepted: 0, enqueued: 0, duplicates: 0, ignored: 0, kept: [] };

test('a request in which the chosen kind finds no event stays in quarantine', async () => {
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  await new Promise((resolve) => client.once('ready', resolve));
  const prefix = testPrefix();
  const quarantine = createQuarantine(client, prefix);
  const journal = createJournal(client, prefix);
  const actor = { name: '', kind: 'command', role: 'admin' } as const;
  const acts = createActs({ journal, actor, via: 'a test', now: Date.now });
  let replayed: Replayed = NOTHING;
  const methods = quarantineMethods({
    ...{ quarantine, journal, acts, now: Date.now, replay: async () => replayed },
  });
  const { id } = await quarantine.put({
    ...{ source: 'harbor', kind: 'harbor', reason: 'no type', receivedAt: 1, path: '/sources/harbor' },
    ...{ headers: {}, body: Buffer.from('{}') },
  });
  const retryAs = async (as: string) => {
    const results = [];
    for await (const one of methods.retryQuarantine({}, { as })) results.push(one);
    return { results, left: await quarantine.count() };
  };
  const reason = 'parsed as distribution-log it has no event';
  expect(await retryAs('distribution-log')).toEqual({
    results: [{ id, outcome: 'unreadable', reason }],
    left: 1,
  });
  replayed = { ...NOTHING, kept: ['another'], reason: 'the repository is missing' };
  expect(await retryAs('distribution')).toMatchObject({ results: [{ outcome: 'unreadable' }], left: 1 });
  replayed = { ...NOTHING, accepted: 1 };
  expect(await retryAs('distribution')).toMatchObject({ results: [{ outcome: 'taken' }], left: 0 });
});
