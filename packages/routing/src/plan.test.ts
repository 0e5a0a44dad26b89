import { ACTIONS, type RegistryEvent, viewOf } from '@longshore/event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRouter } from './plan.js';
import { compileRules, type RoutedEndpoint } from './rules.js';

/** As ingest has it. */
const from = (event: RegistryEvent) => ({ event, source: 'eu', kind: 'distribution', receivedAt: 0 });

function anEvent(members: Partial<RegistryEvent> = {}): RegistryEvent {
  const target = { repository: 'team/api', tag: '1.4.2', mediaType: 'application/octet-stream' };
  return { id: '1', class: 'event', action: 'push', nativeType: 'push', target, ...members };
}

function anEndpoint(name: string, members: Partial<RoutedEndpoint> = {}): RoutedEndpoint {
  const ignore = { mediatypes: [], actions: [], repositories: [], tags: [] };
  return { name, disabled: false, accept: ['event'], ignore, ...members };
}

test('each endpoint is in the plan with its reason, in the order of the configuration', () => {
  const ignore = anEndpoint('').ignore;
  const router = createRouter([
    anEndpoint('all'),
    anEndpoint('no sandboxes', { ignore: { ...ignore, repositories: ['sandbox/**'] } }),
    anEndpoint('no pushes', { ignore: { ...ignore, actions: ['push'] } }),
    anEndpoint('others only', { accept: ['other'] }),
  ]);
  expect(router.plan(from(anEvent()))).toEqual({
    endpoints: ['all', 'no sandboxes'],
    unmatched: [
      { endpoint: 'no pushes', why: 'action' },
      { endpoint: 'others only', why: 'accept' },
    ],
  });
});

test.each([
  ['pull', 'longshore/0.1.0', ['wants them']],
  ['pull', 'longshore/1.0.0-rc.1+build', ['wants them']],
  ['pull', 'longshore', ['all', 'wants them']],
  ['pull', 'longshore/0.1.0 (other)', ['all', 'wants them']],
  ['pull', 'docker/27.0 longshore/0.1.0', ['all', 'wants them']],
  ['pull', undefined, ['all', 'wants them']],
  ['push', 'longshore/0.1.0', ['all', 'wants them']],
])('a %s by %s goes to %j', (action, useragent, endpoints) => {
  const router = createRouter([anEndpoint('all'), anEndpoint('wants them', { ownpulls: true })]);
  const plan = router.plan(from(anEvent({ action, request: { useragent } })));
  expect(plan.endpoints).toEqual(endpoints);
  expect(plan.unmatched).toEqual(endpoints.length === 2 ? [] : [{ endpoint: 'all', why: 'own_pull' }]);
});

test('nothing is planned for a disabled endpoint', () => {
  const router = createRouter([anEndpoint('off', { disabled: true }), anEndpoint('on')]);
  expect(router.plan(from(anEvent()))).toEqual({ endpoints: ['on'], unmatched: [] });
});

test('without endpoints the plan is empty', () => {
  expect(createRouter([]).plan(from(anEvent()))).toEqual({ endpoints: [], unmatched: [] });
});

const word = fc.constantFrom('', 'a', 'a/b', 'x-dev', 'application/octet-stream', 'push', '.dot');
const glob = fc.constantFrom('', '*', '**', 'a/*', '*-dev', '!a', '{a,b}', '[', '+(a|b)');
const endpoint: fc.Arbitrary<RoutedEndpoint> = fc.record({
  name: fc.uuid(),
  disabled: fc.boolean(),
  accept: fc.subarray(['event', 'other'] as const),
  ignore: fc.record({
    mediatypes: fc.array(word, { maxLength: 3 }),
    actions: fc.array(word, { maxLength: 3 }),
    repositories: fc.array(glob, { maxLength: 3 }),
    tags: fc.array(glob, { maxLength: 3 }),
  }),
});
const event: fc.Arbitrary<RegistryEvent> = fc
  .record({
    action: fc.constantFrom(...ACTIONS, 'rename', 'SCANNING_COMPLETED'),
    target: fc.record({ repository: word, tag: word, mediaType: word }, { requiredKeys: [] }),
  })
  .map(({ action, target }) => {
    const isAction = (ACTIONS as readonly string[]).includes(action);
    return { id: '1', class: isAction ? 'event' : 'other', action, nativeType: action, target };
  });

test('planned for each endpoint that is not disabled = endpoints + unmatched', () => {
  fc.assert(
    fc.property(
      fc.array(endpoint, { maxLength: 8 }),
      fc.array(event, { maxLength: 5 }),
      (endpoints, events) => {
        const router = createRouter(endpoints);
        const plans = events.map((each) => router.plan(from(each)));
        const enabled = endpoints.filter(({ disabled }) => !disabled).map(({ name }) => name);
        for (const { endpoints: matched, unmatched } of plans) {
          expect([...matched, ...unmatched.map((each) => each.endpoint)].sort()).toEqual([...enabled].sort());
        }
      },
    ),
  );
});

test('the plan and the last word of the worker agree', () => {
  fc.assert(
    fc.property(endpoint, event, (one, each) => {
      const { endpoints, unmatched } = createRouter([{ ...one, disabled: false }]).plan(from(each));
      const why = compileRules(one)({ class: each.class, view: viewOf(each) });
      expect(why ? unmatched : endpoints).toEqual([why ? { endpoint: one.name, why } : one.name]);
    }),
  );
});

test('a hundred endpoints with globs are planned in time', () => {
  const repositories = ['sandbox/**', '*/scratch-*', 'team/{a,b,c}/**'];
  const ignore = { mediatypes: ['a/b'], actions: ['pull'], repositories, tags: ['*-dev', 'pr-*'] };
  const endpoints = Array.from({ length: 100 }, (_, index) => anEndpoint(`e${index}`, { ignore }));
  const router = createRouter(endpoints);
  const before = process.cpuUsage();
  for (let round = 0; round < 1_000; round += 1)
    expect(router.plan(from(anEvent())).endpoints.length).toBe(100);
  // Microseconds of this process, not of a machine that has other things to do.
  expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
});
