/** A batch of CloudEvents: each is taken or quarantined on its own. */
import { expect, test } from 'vitest';
import { openWith } from '../../testing/contract.js';
import { harbor } from './index.js';

const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const JSON_TYPE = { 'content-type': 'application/json' };

function event(id: string, change: object = {}) {
  const resources = [
    { digest: `sha256:${'0af1'.repeat(16)}`, tag: '1', resource_url: 'harbor.example.com/team/api:1' },
  ];
  const data = { resources, repository: { repo_full_name: 'team/api' } };
  return { specversion: '1.0', id, source: '/projects/2', type: 'harbor.artifact.pushed', data, ...change };
}

function open(events: unknown[], headers: Record<string, string> = BATCH) {
  const body = Buffer.from(JSON.stringify(events));
  return openWith(harbor, { method: 'POST', path: '/', headers, body, receivedAt: 0 });
}

test.each([BATCH, JSON_TYPE])('two events that were sent together are two events: %j', (headers) => {
  const { taken, quarantined } = open([event('a'), event('b')], headers);
  expect(taken.map((one) => one.event.id)).toEqual(['a', 'b']);
  expect(quarantined).toEqual([]);
});

test('an event that cannot be read goes to quarantine alone, in a body that can be opened again', () => {
  const bad = event('b', { data: { repository: {} } });
  const { taken, quarantined } = open([event('a'), bad, event('c')]);
  expect(taken.map((one) => one.event.id)).toEqual(['a', 'c']);
  expect(quarantined.map(({ reason }) => reason)).toEqual(['resources is missing']);
  expect(JSON.parse(String(quarantined[0]?.body))).toEqual([bad]);
});

test('of two resources the one that cannot be read goes to quarantine as a batch of one', () => {
  const resources = [{ tag: '1', resource_url: 'harbor.example.com/team/api:1' }, 7];
  const { taken, quarantined } = open([
    event('a'),
    event('b', { data: { resources, repository: { repo_full_name: 'team/web' } } }),
  ]);
  expect(taken.map((one) => one.event.target.repository)).toEqual(['team/api', 'team/web']);
  expect(JSON.parse(String(quarantined[0]?.body))).toMatchObject([{ id: 'b', data: { resources: [7] } }]);
});

test('a scan in a batch is delivered with its own message alone', () => {
  const scan = event('s', { type: 'harbor.scan.completed' });
  expect(open([event('a'), scan]).taken[1]?.payload.event).toMatchObject({ id: 's', body: scan });
});

test('an empty batch has no events, and what is no event is quarantined', () => {
  expect(open([])).toEqual({ taken: [], quarantined: [], note: 'the batch has no events' });
  expect(open([7]).quarantined.map(({ reason }) => reason)).toEqual(['type is missing']);
});

test.each(['https://', 'http://'])('%s in front of resource_url is no part of the host', (scheme) => {
  const resources = [{ tag: '1', resource_url: `${scheme}harbor.example.com/team/api:1` }];
  const { taken } = open([event('a', { data: { resources, repository: { repo_full_name: 'team/api' } } })]);
  expect(taken[0]?.event.request?.host).toBe('harbor.example.com');
});
