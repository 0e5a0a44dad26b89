import type { Config } from '@longshore/config';
import { Secret } from '@longshore/config';
import { eventually, startReceiver } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { aReceiver } from '../testing/alerts.js';
import { createReceivers } from './receivers.js';

const SIGNAL = new AbortController().signal;

test('a receiver that left the configuration is closed, and told again when it is back', async () => {
  const endpoint = await startReceiver();
  const receivers = createReceivers('0');
  onTestFinished(() => receivers.close());
  const receiver = aReceiver({ url: new Secret(endpoint.url) });
  const message = { id: 'a', attempt: 1, body: { text: 'x' } };
  const configured = (alerts: Config['alerts']) => ({ alerts }) as Config;
  expect(await receivers.send(receiver, message, SIGNAL)).toMatchObject({ kind: 'delivered' });
  receivers.keep(configured([receiver]));
  expect(receivers.open).toBe(1);
  receivers.keep(configured([]));
  expect(receivers.open).toBe(0);
  expect(await receivers.send(receiver, message, SIGNAL)).toMatchObject({ kind: 'delivered' });
  await eventually(() => endpoint.requests.length === 2);
});
