import { expect, test } from 'vitest';
import type { RawRequest } from '../../request.js';
import { createSources } from '../../sources.js';
import { openWith } from '../../testing/contract.js';
import { jfrog } from './index.js';

const DATA = { repo_key: 'docker-prod', image_name: 'team/api', tag: '1', path: 'team/api/1/manifest.json' };
const ORIGIN = { subscription_key: 'relay', jpd_origin: 'https://acme.jfrog.io' };

function post(type: string, receivedAt = 0, headers: RawRequest['headers'] = {}): RawRequest {
  const body = Buffer.from(JSON.stringify({ domain: 'docker', event_type: type, data: DATA, ...ORIGIN }));
  return { method: 'POST', path: '/sources/factory', headers, body, receivedAt };
}

test('a promotion is a push where the source says so, and an event of its own elsewhere', () => {
  expect(openWith(jfrog, post('promoted')).taken[0]?.event.class).toBe('other');
  const [taken] = openWith(jfrog, post('promoted'), false, { promoted: 'push' }).taken;
  expect(taken?.event).toMatchObject({ class: 'event', action: 'push', nativeType: 'promoted' });
});

test('the name by which users reach the registry can be set', () => {
  const [taken] = openWith(jfrog, post('pushed'), false, { host: 'docker.acme.example.com' }).taken;
  expect(taken?.event.request?.host).toBe('docker.acme.example.com');
});

test('a tag that is pushed again tomorrow is another event, a request that comes again is not', () => {
  const idAt = (receivedAt: number) => openWith(jfrog, post('pushed', receivedAt)).taken[0]?.event.id;
  expect(idAt(1_000)).toBe(idAt(2_000));
  expect(idAt(86_400_000)).not.toBe(idAt(1_000));
});

test('the secret itself, as Artifactory sends it unless set to sign, can be required', async () => {
  const auth = { header: { 'X-JFrog-Event-Auth': ['jfrog-secret'] } };
  const sources = createSources({ sources: [{ name: 'factory', kind: 'jfrog', auth }] }, [jfrog]);
  const open = (secret: string) => sources.open(post('pushed', 0, { 'x-jfrog-event-auth': secret }));
  await expect(open('jfrog-secret')).resolves.toMatchObject({ source: 'factory' });
  await expect(open('jfrog-secre7')).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
});
