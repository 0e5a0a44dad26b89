import type { Config } from '@longshore/config';
import type { Inspector } from '@longshore/queue/operator';
import { expect, test } from 'vitest';
import { reportLeftovers } from './leftovers.js';
import { aReceiver } from './testing/alerts.js';
import { observed } from './testing/parts.js';

test('the endpoint of a receiver of alerts is one of the configuration, until the receiver leaves it', async () => {
  const inspector = {
    known: async () => ['alerts/oncall', 'alerts/removed'],
    counts: async () => ({ waiting: 1, active: 0, delayed: 0, dead: 0 }),
  } as unknown as Inspector;
  const config = { notifications: { endpoints: [] }, alerts: [aReceiver()] } as unknown as Config;
  const { observer, lines } = observed();
  await reportLeftovers(config, inspector, observer);
  expect(lines).toMatchObject([{ level: 'warn', endpoint: 'alerts/removed', queued: 1 }]);
});
