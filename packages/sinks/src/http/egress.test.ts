/** Where deliveries may lead to: checked at the connection, directly and through a proxy. */
import { Egress, type EgressRules } from '@longshore/network/egress';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { proxy } from '../testing/proxy.js';
import { answering, receiver } from '../testing/receiver.js';

const under = (rules: Partial<EgressRules>) =>
  new Egress({ mode: 'internal', allow: [], deny: [], ...rules });
const sent = (url: string, rules: Partial<EgressRules>, through?: string) =>
  aSink({ url, egress: under(rules), ...(through && { proxy: through }) }).send(aDelivery(), anAttempt());
const refused = (said: string) => ({
  kind: 'retry',
  reason: 'egress',
  detail: expect.stringContaining(said),
});

test('by default a receiver on this machine is reached, and not where only public addresses are allowed', async () => {
  const { url, port, accepted } = await receiver(answering(200));
  expect(await sent(url, {})).toMatchObject({ kind: 'delivered' });
  expect(accepted()).toBe(1);
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '127.1', '2130706433']) {
    expect(await sent(`http://${host}:${port}/`, { mode: 'public' })).toMatchObject(
      refused('egress.mode is public'),
    );
    expect(await sent(`http://${host}:${port}/`, { deny: ['127.0.0.0/8', '::1'] })).toMatchObject(
      refused('egress.deny'),
    );
  }
  expect(accepted()).toBe(1);
  expect(await sent(url, { mode: 'public', allow: [`127.0.0.1:${port}`] })).toMatchObject({
    kind: 'delivered',
  });
});

test.each([
  '169.254.169.254',
  '[fd00:ec2::23]',
  '[64:ff9b::a9fe:a9fe]',
  '[::ffff:169.254.169.254]',
  '[fe80::1%25lo]',
  '100.100.100.200',
])('%s is not reached', async (host) => {
  expect(await sent(`http://${host}/latest/meta-data`, {})).toMatchObject(
    refused('add exactly this one to egress.allow'),
  );
});

test('a proxy is reached wherever it is, and is not asked for an address or a host that is refused', async () => {
  const { url, port } = await receiver(answering(200));
  const through = await proxy();
  expect(await sent(url, { mode: 'public' }, through.url)).toMatchObject(refused('egress.mode is public'));
  expect(await sent('http://169.254.169.254/', {}, through.url)).toMatchObject(refused('metadata address'));
  expect(await sent(`http://localhost:${port}/`, { deny: ['localhost'] }, through.url)).toMatchObject(
    refused('egress.deny'),
  );
  expect(through.asked).toEqual([]);
  expect(await sent(url, {}, through.url)).toMatchObject({ kind: 'delivered' });
  expect(through.asked).toHaveLength(1);
});
