/** Ids of events whose sender gives none: what is not the same must not become it, it would be swallowed. */
import { expect, test } from 'vitest';
import { KINDS } from './kinds/index.js';
import { openWith } from './testing/contract.js';

const MINUTE_MS = 60_000;

function idsOf(name: string, body: object, receivedAt = 0): string[] {
  const kind = KINDS.find(({ kind: known }) => known === name);
  if (!kind) throw new Error(`no kind ${name}`);
  const json = Buffer.from(JSON.stringify(body));
  const raw = { method: 'POST', path: '/', headers: {}, body: json, receivedAt };
  return openWith(kind, raw).taken.map(({ event }) => event.id);
}

const target = { repository: 'acme/app', tag: '1.0' };
const build = (number: string) => ({
  ...{ domain: 'build', event_type: 'uploaded', subscription_key: 'relay' },
  data: { build_name: 'app', build_number: number },
});
const nexus = (subject: object) => ({
  ...{ timestamp: '2026-03-14T09:28:27.461+00:00', nodeId: 'n', initiator: 'ci/1', action: 'CREATED' },
  ...subject,
});
const asset = (id: unknown, name: string) => nexus({ asset: { id, format: 'docker', name } });
const component = (id: unknown, version: string) =>
  nexus({ component: { id, format: 'docker', name: 'api', version } });
const [one, two] = ['/v2/api/manifests/1', '/v2/api/manifests/2'] as const;

test.each([
  ['jfrog', 'two builds', build('1'), build('2')],
  ['nexus', 'two assets with numbers for ids', asset(1, one), asset(2, two)],
  ['nexus', 'two assets without ids', asset('', one), asset('', two)],
  ['nexus', 'two components with numbers for ids', component(1, '1'), component(2, '1')],
  ['nexus', 'two components without ids', component(undefined, '1'), component(undefined, '2')],
])('%s: %s of one moment are two events', (kind, _, first, second) => {
  expect(idsOf(kind, first)).toHaveLength(1);
  expect(idsOf(kind, second)).toHaveLength(1);
  expect(idsOf(kind, first)).not.toEqual(idsOf(kind, second));
  expect(idsOf(kind, first)).toEqual(idsOf(kind, first));
});

test('an event that names neither id nor time nor request is a new event a minute later', () => {
  const envelope = { events: [{ action: 'push', target }] };
  expect(idsOf('distribution', envelope, MINUTE_MS - 1)).toEqual(idsOf('distribution', envelope));
  expect(idsOf('distribution', envelope, MINUTE_MS)).not.toEqual(idsOf('distribution', envelope));
});

test.each([[{ timestamp: '2026-03-14T09:28:27Z' }], [{ request: { id: 'r' } }], [{ id: 'e' }]])(
  'one that names %j is the same whenever it comes',
  (named) => {
    const envelope = { events: [{ action: 'push', target, ...named }] };
    expect(idsOf('distribution', envelope, MINUTE_MS)).toEqual(idsOf('distribution', envelope));
  },
);
