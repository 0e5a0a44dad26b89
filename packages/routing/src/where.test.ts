/** Filters in CEL. */
import { type Facts, factsIn } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import { createRouter } from './plan.js';
import { compileRules } from './rules.js';
import { compileFilter } from './where.js';

const FACTS: Facts = {
  id: 'e',
  action: 'push',
  image: 'registry.example.com/acme/app',
  registry: 'registry.example.com',
  repository: 'acme/app',
  name: 'app',
  namespace: 'acme',
  tag: 'v1.4.2',
  size: 525,
  time: '2026-11-21T09:30:00.000Z',
  source: 'eu',
  kind: 'distribution',
};

test.each([
  ['action == "push" && glob(repository, "acme/**")', true],
  ['glob(repository, "acme/*-dev")', false],
  ['glob(image, "registry.example.com/**")', true],
  ['tag != "" && !tag.endsWith("-dev")', true],
  ['digest == "" && actor == ""', true],
  ['size > 500 && size < 1000', true],
  ['re(tag, "^v[0-9]+\\\\.")', true],
  ['re(tag, "^(a+)+$")', false],
  ['semver(tag) >= "1.2"', true],
  ['semver(tag) < "1.2"', false],
  ['semver(tag) == "1.4.2"', true],
  ['semver(actor) < "99" || semver(actor) >= "0"', false],
  ['semver(tag, ">=1.2 <2")', true],
  ['action in ["pull", "mount"]', false],
  ['tag.split(".").exists(part, part == "4")', true],
  ['timestamp(time) > timestamp("2026-01-01T00:00:00Z")', true],
])('%s: %s', (expression, passes) => {
  expect(compileFilter(expression).passes(FACTS)).toBe(passes);
});

test.each([
  [
    'tagg == "x"',
    /Unknown variable: tagg\. There are id, action, .*tag, digest.*, kind, size, state, .*, changedPlatforms$/,
  ],
  ['tag', 'gives a value of type string'],
  ['tag > 3', '>'],
  ['action == ', /unexpected/i],
  ['tag.matches("^(a+)+$")', 'use re(text, "pattern")'],
  ['action == "x" && [tag].exists(t, t.matches("a"))', 'use re(text, "pattern")'],
  ['tag.split("").all(a, tag.split("").all(b, a != b))', 'nests all'],
  ['re(tag, "(")', /missing/i],
  ['re(tag, actor)', 'must be a text in quotes'],
  ['glob(tag, "@(a|b)")', 'the glob "@(a|b)"'],
  ['semver(tag, "one")', 'is no range of versions'],
  [`${'('.repeat(500)}true${')'.repeat(500)}`, 'maxDepth'],
  [Array(600).fill('action == "a"').join(' || '), 'maxAstNodes'],
])('%s is refused when it is read', (expression, words) => {
  expect(() => compileFilter(expression)).toThrow(words);
});

describe('what image events and pulls have', () => {
  const factsOfSent = (eventClass: 'image' | 'pull' | 'event', event: Record<string, unknown>) =>
    factsIn({
      event: {
        id: 'e',
        class: eventClass,
        action: String(event.action),
        nativeType: '',
        target: { repository: 'acme/app' },
      },
      payload: { event },
      source: 'eu',
      kind: 'distribution',
      receivedAt: 0,
    });
  const pull = {
    ...{
      action: 'image.pulled',
      state: 'interrupted',
      expectedBytes: 31_339_415,
      transferredBytes: 2_103_221,
    },
    ...{ platform: 'linux/amd64', clients: 2, duration: 2_190, corrected: true, evidence: 'events+log' },
  };
  const pushed = {
    ...{
      action: 'image.pushed',
      tags: ['1.0', 'latest'],
      changedPlatforms: ['linux/arm64'],
      artifact: 'image',
    },
    platforms: [{ platform: 'linux/amd64', digest: 'sha256:a' }, { digest: 'sha256:b' }],
    ...{ unchanged: false, pushedBytes: 5_000_000_000 },
  };
  const moved = { action: 'tag.moved', tag: '1.0', from: 'sha256:a', to: 'sha256:b' };

  test.each<['image' | 'pull', Record<string, unknown>, string, boolean]>([
    ['pull', pull, 'state in ["unfinished", "interrupted"]', true],
    ['pull', pull, 'state == "complete"', false],
    ['pull', pull, 'transferredBytes < expectedBytes && expectedBytes > 1000000', true],
    ['pull', pull, 'platform == "linux/amd64" && clients > 1 && duration >= 2190 && corrected', true],
    ['pull', { action: 'pull.failed', status: 429 }, 'action == "pull.failed" && status == 429', true],
    ['image', pushed, '"latest" in tags && !unchanged', true],
    ['image', pushed, 'tags.exists(one, semver(one) >= "1.0")', true],
    ['image', pushed, '"linux/arm64" in changedPlatforms && !("linux/arm64" in platforms)', true],
    ['image', pushed, 'artifact == "image" && pushedBytes > 4000000000', true],
    ['image', moved, 'from != "" && from != to', true],
    // What an event does not have, or has in another form.
    ['image', moved, 'size(tags) == 0 && status == 0 && state == "" && !late', true],
    ['pull', { state: 7, clients: 'two', tags: 'x' }, 'state == "" && clients == 0 && size(tags) == 0', true],
  ])('%s: %j, %s: %s', (eventClass, event, where, passes) => {
    expect(compileFilter(where).passes(factsOfSent(eventClass, event))).toBe(passes);
  });

  test('are nothing in the events of a registry', () => {
    expect(factsOfSent('event', { action: 'push', state: 'complete' }).details).toBeUndefined();
  });

  test('a list of ignored tags ignores an image event when it has all of its tags', () => {
    const ignores = (tags: string[]) => {
      const ignore = { mediatypes: [], actions: [], repositories: [], tags };
      const router = createRouter([{ name: 'a', disabled: false, accept: ['image'], ignore }]);
      const event = {
        ...({ id: 'e', class: 'image', action: 'image.pushed', nativeType: '' } as const),
        target: { tag: '1.0' },
      };
      return router.plan({ event, payload: { event: pushed }, source: 's', kind: 'k', receivedAt: 0 });
    };
    expect(ignores(['1.*']).endpoints).toEqual(['a']);
    expect(ignores(['latest']).endpoints).toEqual(['a']);
    expect(ignores(['1.*', 'latest']).unmatched).toEqual([{ endpoint: 'a', why: 'tag' }]);
  });
});

describe('as a rule', () => {
  const faults: string[] = [];
  const rules = (where: string) => {
    const ignore = { mediatypes: [], actions: [], repositories: [], tags: [] };
    const endpoint = { name: 'a', disabled: false, accept: ['event'] as const, ignore, where };
    return compileRules(endpoint, (name, { message }) => faults.push(`${name}: ${message}`));
  };
  const subject = { class: 'event', view: { action: 'push' }, facts: () => FACTS } as const;

  test('an event for which it is false is ignored', () => {
    expect(rules('repository == "acme/app"')(subject)).toBeUndefined();
    expect(rules('repository != "acme/app"')(subject)).toBe('where');
    expect(faults).toEqual([]);
  });

  test('an event on which it fails is delivered, and that is reported', () => {
    expect(rules('tag.split(".")[7] == "1"')(subject)).toBeUndefined();
    expect(faults).toEqual([expect.stringMatching(/^a: .*index 7/)]);
  });
});

test('an event of a source that is ignored', () => {
  const ignore = { mediatypes: [], actions: [], repositories: [], tags: [], sources: ['eu'] };
  const rules = compileRules({ name: 'a', disabled: false, accept: ['event'], ignore });
  expect(rules({ class: 'event', view: { action: 'push' }, source: 'eu' })).toBe('source');
  expect(rules({ class: 'event', view: { action: 'push' }, source: 'us' })).toBeUndefined();
});

test('a filter works also when more patterns were tried since than are remembered', () => {
  const filter = compileFilter('glob(repository, "acme/**") && re(tag, "^v")');
  for (let n = 0; n < 1_100; n++) compileFilter(`glob(tag, "v${n}") || re(tag, "x${n}")`);
  const facts = {
    id: '1',
    action: 'push',
    time: '',
    source: 's',
    kind: 'k',
    repository: 'acme/app',
    tag: 'v1',
  };
  expect([filter.passes(facts), filter.passes({ ...facts, tag: '1' })]).toEqual([true, false]);
});
