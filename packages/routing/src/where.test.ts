/** Filters in CEL. */
import type { Facts } from '@longshore/event';
import { describe, expect, test } from 'vitest';
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
  ['tagg == "x"', /Unknown variable: tagg\. There are id, action, .*tag, digest.*, kind, size$/],
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
