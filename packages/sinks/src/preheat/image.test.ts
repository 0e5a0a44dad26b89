import { describe, expect, test } from 'vitest';
import { aDelivery } from '../testing/builders.js';
import { imageOf, otherRegistry } from './image.js';

const settings = { timeout: 1_000, hosts: ['*'], concurrency: 1 };
const DIGEST = `sha256:${'a'.repeat(64)}`;
const pushed = (
  event: Record<string, unknown>,
  view = { action: 'push', repository: 'team/api', digest: DIGEST },
) => aDelivery({ view, payload: { event } });

describe('the registry', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'of the target’s url',
      { target: { url: `http://r.io:5000/v2/team/api/manifests/${DIGEST}` } },
      'http://r.io:5000',
    ],
    [
      'of a url with a path in front',
      { target: { url: 'https://r.io/reg/v2/team/api/manifests/1' } },
      'https://r.io/reg',
    ],
    ['of the host that was pushed to', { request: { host: 'r.io' } }, 'https://r.io'],
    [
      'of the host, when the url is no such url',
      { target: { url: '/x' }, request: { host: 'r.io' } },
      'https://r.io',
    ],
  ])('%s', (_, event, registry) => {
    expect(imageOf(pushed(event), settings)).toMatchObject({
      registry,
      repository: 'team/api',
      digest: DIGEST,
    });
  });

  test('is the configured one, whatever the event says', () => {
    const image = imageOf(pushed({ request: { host: 'evil.io' } }), { ...settings, url: 'https://r.io/' });
    expect(image).toMatchObject({ registry: 'https://r.io' });
  });

  test.each([
    [['*.example.com'], 'r.example.com', true],
    [['r.io'], 'r.io:5000', false],
    [['r.io:*'], 'r.io:5000', true],
    [['*.example.com'], 'r.example.com.evil.io', false],
    [['r.io'], 'rxio', false],
    [['R.io'], 'r.io', true],
    [['{r,s}.io'], 's.io', true],
    [['*'], '10.0.0.1:5000', true],
    [['*'], 'r.io:5000', true],
    [[], 'r.io', false],
  ])('hosts %j and %s: %j', (hosts, host, allowed) => {
    const image = imageOf(pushed({ request: { host } }), { ...settings, hosts });
    expect('problem' in image).toBe(!allowed);
  });

  test.each([{}, { target: { url: 'ftp://r.io/v2/x' } }, { request: { host: 'a b' } }])(
    '%j says none',
    (event) => {
      expect(imageOf(pushed(event), settings)).toMatchObject({
        problem: expect.stringContaining('registry.url'),
      });
    },
  );

  test('is read from an event that is kept as text', () => {
    const text = JSON.stringify({ request: { host: 'r.io' } });
    const delivery = aDelivery({ view: { action: 'push', repository: 'a', tag: '1' }, payload: { text } });
    expect(imageOf(delivery, settings)).toMatchObject({ registry: 'https://r.io' });
  });
});

test('an event without an image is a problem', () => {
  expect(imageOf(aDelivery({ view: { action: 'push', repository: 'a' } }), settings)).toHaveProperty(
    'problem',
  );
});

describe('Docker Hub', () => {
  test.each(['docker.io', 'index.docker.io'])('as %s is asked where its API is', (host) => {
    expect(imageOf(pushed({ request: { host } }), settings)).toMatchObject({
      registry: 'https://registry-1.docker.io',
      repository: 'team/api',
    });
  });

  test('has its own images in library', () => {
    const view = { action: 'push', repository: 'nginx', digest: DIGEST };
    expect(imageOf(pushed({ request: { host: 'docker.io' } }, view), settings)).toMatchObject({
      repository: 'library/nginx',
    });
  });
});

test.each<[string, Record<string, unknown>, string | undefined, string | undefined]>([
  ['another host', { request: { host: 'ghcr.io' } }, 'https://r.io', 'ghcr.io'],
  ['the same host', { request: { host: 'r.io' } }, 'https://r.io', undefined],
  ['no host', {}, 'https://r.io', undefined],
  ['a host, and none is set', { request: { host: 'ghcr.io' } }, undefined, undefined],
])('an event that names %s', (_, event, url, other) => {
  expect(otherRegistry(pushed(event), { ...settings, url })).toBe(other);
});
