import type { EventView } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import { compileRules, type RoutedEndpoint, type Rule } from './rules.js';

interface Lists {
  mediatypes?: string[];
  actions?: string[];
  repositories?: string[];
  tags?: string[];
  accept?: RoutedEndpoint['accept'];
}

function ruleFor(
  { accept = ['event'], ...lists }: Lists,
  view: Partial<EventView>,
  other = false,
): Rule | undefined {
  const ignore = { mediatypes: [], actions: [], repositories: [], tags: [], ...lists };
  const rules = compileRules({ name: 'a', disabled: false, accept, ignore });
  return rules({ class: other ? 'other' : 'event', view: { action: 'push', ...view } });
}

/** The table of the registry's own test of this name (`notifications/sinks_test.go`, 3.1). */
describe('TestIgnoredSink', () => {
  const blob = { action: 'push', mediaType: 'blob', repository: 'library/test' };
  const manifest = { action: 'pull', mediaType: 'manifest', repository: 'library/test' };

  test.each<[string, Lists, Partial<EventView>, Rule | undefined]>([
    ['no lists: a push passes', {}, blob, undefined],
    ['no lists: a pull passes', {}, manifest, undefined],
    ['nothing matches: passes', { mediatypes: ['other'], actions: ['other'] }, blob, undefined],
    ['the type matches: dropped', { mediatypes: ['blob'], actions: ['other'] }, blob, 'mediatype'],
    [
      'one of two types matches: dropped',
      { mediatypes: ['blob', 'manifest'], actions: ['other'] },
      manifest,
      'mediatype',
    ],
    ['another type matches: passes', { mediatypes: ['blob'], actions: ['other'] }, manifest, undefined],
    ['the action matches: dropped', { mediatypes: ['other'], actions: ['push'] }, blob, 'action'],
    ['another action matches: passes', { mediatypes: ['other'], actions: ['pull'] }, blob, undefined],
    [
      'one of two actions matches: dropped',
      { mediatypes: ['other'], actions: ['pull', 'push'] },
      blob,
      'action',
    ],
    ['either matches: dropped', { mediatypes: ['blob'], actions: ['push'] }, blob, 'mediatype'],
    ['no types, the action matches: dropped', { actions: ['push'] }, blob, 'action'],
    ['no types, the action does not match: passes', { actions: ['push'] }, manifest, undefined],
    ['mount and delete ignored: a push passes', { actions: ['mount', 'delete'] }, blob, undefined],
    ['mount and delete ignored: a pull passes', { actions: ['mount', 'delete'] }, manifest, undefined],
  ])('%s', (_, lists, view, rule) => {
    expect(ruleFor(lists, view)).toBe(rule);
  });
});

describe('media types and actions', () => {
  test.each<[Lists, Partial<EventView>]>([
    [{ mediatypes: ['Application/Octet-Stream'] }, { mediaType: 'application/octet-stream' }],
    [{ mediatypes: ['application/octet*'] }, { mediaType: 'application/octet-stream' }],
    [{ mediatypes: ['application/octet-stream'] }, { mediaType: 'application/octet' }],
    [{ actions: ['PULL'] }, { action: 'pull' }],
    [{ actions: ['p*'] }, { action: 'pull' }],
    [{ mediatypes: ['application/octet-stream'] }, { action: 'delete' }],
    [{ actions: [''] }, {}],
  ])('match exactly: %j does not match %j', (lists, view) => {
    expect(ruleFor(lists, view)).toBeUndefined();
  });

  test('an empty media type matches events without one, and no others', () => {
    expect(ruleFor({ mediatypes: [''] }, { action: 'delete' })).toBe('mediatype');
    expect(ruleFor({ mediatypes: [''] }, { mediaType: 'a/b' })).toBeUndefined();
  });

  test('an action of another kind can be ignored by its own name', () => {
    const lists: Lists = { accept: ['event', 'other'], actions: ['SCANNING_COMPLETED'] };
    expect(ruleFor(lists, { action: 'SCANNING_COMPLETED' }, true)).toBe('action');
    expect(ruleFor(lists, { action: 'QUOTA_EXCEED' }, true)).toBeUndefined();
  });
});

describe('repositories and tags', () => {
  test.each<[string, string, boolean]>([
    ['sandbox/**', 'sandbox/api', true],
    ['sandbox/**', 'sandbox/team/api', true],
    ['sandbox/**', 'sandbox', true],
    ['sandbox/**', 'sandboxes/api', false],
    ['sandbox/*', 'sandbox/api', true],
    ['sandbox/*', 'sandbox/team/api', false],
    ['*', 'api', true],
    ['*', 'team/api', false],
    ['**', 'team/api', true],
    ['**/api', 'api', true],
    ['**/api', 'team/api', true],
    ['team/api', 'team/api', true],
    ['team/api', 'team/api2', false],
    ['team/*.io', 'team/registry.example.io', true],
    ['team/*', 'team/.hidden', true],
    ['**', '.hidden/.api', true],
    ['team/{api,web}', 'team/web', true],
    ['!prod/**', 'sandbox/api', true],
    ['!prod/**', 'prod/api', false],
    ['Team/**', 'team/api', false],
    ['team.api', 'teamXapi', false],
    ['a[b', 'a[b', true],
    ['', 'api', false],
  ])('the glob %j and the repository %j: %j', (pattern, repository, matches) => {
    expect(ruleFor({ repositories: [pattern] }, { repository })).toBe(matches ? 'repository' : undefined);
  });

  test.each<[string, string, boolean]>([
    ['*-dev', '1.4.2-dev', true],
    ['*-dev', '.x-dev', true],
    ['*-dev', '1.4.2-dev.1', false],
    ['1.*', '1.4.2', true],
    ['v?', 'v1', true],
    ['*-DEV', 'x-dev', false],
  ])('the glob %j and the tag %j: %j', (pattern, tag, matches) => {
    expect(ruleFor({ tags: [pattern] }, { tag })).toBe(matches ? 'tag' : undefined);
  });

  test.each([['*'], ['**'], ['!x'], ['']])('what is absent never matches %j', (pattern) => {
    expect(ruleFor({ tags: [pattern] }, { repository: 'team/api' })).toBeUndefined();
    expect(ruleFor({ repositories: [pattern] }, { tag: '1' })).toBeUndefined();
  });

  test.each([255, 256])(
    'a repository of %i characters matches a glob only if a registry allows it',
    (length) => {
      const repository = 'a'.repeat(length);
      expect(ruleFor({ repositories: ['**'] }, { repository })).toBe(length > 255 ? undefined : 'repository');
    },
  );

  test.each([128, 129])('a tag of %i characters matches a glob only if a registry allows it', (length) => {
    const tag = 'a'.repeat(length);
    expect(ruleFor({ tags: ['*', tag] }, { tag })).toBe(length > 128 ? undefined : 'tag');
  });

  test('one of several globs is enough', () => {
    expect(ruleFor({ tags: ['a', '*-dev', 'b'] }, { tag: 'x-dev' })).toBe('tag');
  });
});

describe('classes', () => {
  test.each<[RoutedEndpoint['accept'], boolean, Rule | undefined]>([
    [['event'], false, undefined],
    [['event'], true, 'accept'],
    [['event', 'other'], true, undefined],
    [['other'], false, 'accept'],
    [[], false, 'accept'],
  ])('accept %j, other %j: %j', (accept, other, rule) => {
    expect(ruleFor({ accept }, {}, other)).toBe(rule);
  });
});

test('the first rule that matches is the reason', () => {
  const lists: Lists = { mediatypes: ['a'], actions: ['push'], repositories: ['**'], tags: ['*'] };
  const view = { mediaType: 'a', repository: 'r', tag: 't' };
  expect(ruleFor(lists, view, true)).toBe('accept');
  expect(ruleFor(lists, view)).toBe('mediatype');
  expect(ruleFor(lists, { ...view, mediaType: 'b' })).toBe('action');
  expect(ruleFor(lists, { ...view, mediaType: 'b', action: 'pull' })).toBe('repository');
  expect(ruleFor(lists, { mediaType: 'b', action: 'pull', tag: 't' })).toBe('tag');
});

describe('an endpoint that works on images', () => {
  const rule = (only: Partial<NonNullable<RoutedEndpoint['only']>>, view: Partial<EventView>) =>
    compileRules({
      name: 'warm',
      disabled: false,
      accept: ['event'],
      ignore: { mediatypes: [], actions: [], repositories: [], tags: [] },
      only: { actions: ['push'], repositories: [], tags: [], ...only },
    })({ class: 'event', view: { action: 'push', repository: 'team/api', digest: 'sha256:1', ...view } });

  test.each<[string, object, Partial<EventView>, Rule | undefined]>([
    ['a push by digest', {}, {}, undefined],
    ['a push by tag alone', {}, { digest: undefined, tag: '1' }, undefined],
    ['the push of a blob', {}, { mediaType: 'application/octet-stream' }, 'only_manifests'],
    ['a pull', {}, { action: 'pull' }, 'only_actions'],
    ['a pull where pulls warm', { actions: ['pull'] }, { action: 'pull' }, undefined],
    ['no repository', {}, { repository: undefined }, 'only_images'],
    ['neither tag nor digest', {}, { digest: undefined }, 'only_images'],
    ['a repository that is asked for', { repositories: ['team/**'] }, {}, undefined],
    ['another repository', { repositories: ['prod/**'] }, {}, 'only_repositories'],
    ['a tag that is asked for', { tags: ['v*'] }, { tag: 'v1' }, undefined],
    ['another tag', { tags: ['v*'] }, { tag: 'dev' }, 'only_tags'],
    ['no tag where tags are asked for', { tags: ['*'] }, {}, 'only_tags'],
  ])('%s', (_, only, view, expected) => {
    expect(rule(only, view)).toBe(expected);
  });
});

describe('what the format needs', () => {
  const rules = (needs: RoutedEndpoint['needs']) => {
    const ignore = { mediatypes: [], actions: [], repositories: [], tags: [] };
    const ignores = compileRules({ name: 'a', disabled: false, accept: ['event'], ignore, needs });
    return (view: Partial<EventView>) => ignores({ class: 'event', view: { action: 'push', ...view } });
  };

  test.each<[RoutedEndpoint['needs'], Partial<EventView>, Rule | undefined]>([
    [undefined, {}, undefined],
    [{}, {}, undefined],
    [{ actions: ['push'] }, {}, undefined],
    [{ actions: ['push'] }, { action: 'pull' }, 'format'],
    [{ actions: [] }, {}, 'format'],
    [{ fields: ['tag', 'digest'] }, { tag: '1.0', digest: 'sha256:1' }, undefined],
    [{ fields: ['tag', 'digest'] }, { tag: '1.0' }, 'format'],
    [{ fields: ['tag'] }, { tag: '' }, 'format'],
  ])('%j of %j: %s', (needs, view, rule) => expect(rules(needs)(view)).toBe(rule));
});
