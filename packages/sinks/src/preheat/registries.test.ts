import { describe, expect, test } from 'vitest';
import { anAttempt } from '../testing/builders.js';
import { aPreheatSink, aPush, IMAGE, preheatOptionsAt, serving } from '../testing/preheat.js';
import { receiver } from '../testing/receiver.js';

/** What a registry at `base` is sent as credentials, when an event names it. */
async function sentTo(base: string, url?: string) {
  const proxy = await receiver(serving);
  const { registry } = preheatOptionsAt(proxy.url);
  const { sink } = aPreheatSink(proxy.url, {
    registry: { ...registry, url, auth: { bearer: 'secret' }, proxy: new URL(proxy.url).origin },
    dryrun: true,
  });
  const event = { target: { url: `${base}/v2/team/api/manifests/${IMAGE.manifest}` } };
  await sink.send(aPush({ payload: { event } }), anAttempt());
  return proxy.requests.map(({ headers }) => headers.authorization);
}

describe('credentials', () => {
  test('are not sent over http because an event says so', async () => {
    expect(await sentTo('http://registry.invalid')).toEqual([undefined]);
  });

  test('are sent over http where the operator has written so', async () => {
    expect(await sentTo('http://registry.invalid', 'http://registry.invalid')).toEqual(['Bearer secret']);
  });
});
