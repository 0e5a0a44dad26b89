import { describe, expect, test } from 'vitest';
import { answering, receiver } from '../../../testing/receiver.js';
import { aWebhook } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex, StandingClock } from '../../../testing/warm.js';

describe('a webhook', () => {
  test('gets the walked image with all its descriptors, and is asked, not believed', async () => {
    const other = await receiver(answering(202));
    const image = anIndex();
    expect(await aWebhook({ url: other.url }).warm(image, aCall())).toEqual({
      state: 'settled',
      items: new Map(image.items.map(({ digest }) => [digest, { state: 'asked' }])),
    });
    const [request] = other.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/events' });
    expect(request?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      registry: 'https://registry.example.com',
      repository: 'library/nginx',
      tag: '1.25',
      digest: aDigest('0'),
      platforms: ['linux/amd64', 'linux/arm64/v8'],
      items: image.items,
    });
  });

  test('gets no credentials of the registry', async () => {
    const other = await receiver(answering(200));
    const image = anIndex({ registryAuthorization: async () => 'Bearer pull-token' });
    await aWebhook({ url: other.url }).warm(image, aCall());
    expect(JSON.stringify(other.requests)).not.toContain('pull-token');
  });

  test('gets the same key for the same image, and another for another', async () => {
    const other = await receiver(answering(200));
    const webhook = aWebhook({ url: other.url });
    await webhook.warm(anIndex(), aCall());
    await webhook.warm(anIndex(), aCall());
    await webhook.warm(anIndex({ tag: '2.0' }), aCall());
    const [first, second, third] = other.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test('is posted to at its own path and query', async () => {
    const other = await receiver(answering(200));
    await aWebhook({ url: `http://127.0.0.1:${other.port}/a/b?key=k1` }).warm(anIndex(), aCall());
    expect(other.requests[0]?.url).toBe('/a/b?key=k1');
  });

  test.each([
    [400, false],
    [404, true],
    [410, false],
    [422, false],
    [500, true],
    [301, true],
  ])('that answers %i has not taken it', async (status, retryable) => {
    const other = await receiver(answering(status, 'no such thing', { location: '/elsewhere' }));
    expect(await aWebhook({ url: other.url }).warm(anIndex(), aCall())).toMatchObject({
      state: 'failed',
      reason: `http_${status}`,
      retryable,
    });
    expect(other.requests).toHaveLength(1);
  });

  test.each([429, 503])('that answers %i with Retry-After is left alone until then', async (status) => {
    const clock = new StandingClock();
    const other = await receiver(answering(status, '', { 'retry-after': '90' }));
    expect(await aWebhook({ url: other.url }, clock).warm(anIndex(), aCall())).toMatchObject({
      retryable: true,
      notBefore: clock.at + 90_000,
    });
  });
});
