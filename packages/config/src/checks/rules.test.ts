/** Ignore rules that match nothing, or less than they seem to. */
import { test } from 'vitest';
import { checkTrap, file, KEY, REGISTRY, type Trap } from '../samples/trap.js';

const traps: Trap[] = [
  {
    title: 'a glob that excludes',
    bad: file('ignore: { repositories: ["!prod/**"] }'),
    problem: ['error', `${KEY}.ignore.repositories[0]`, /starts with !.*Write the globs that should match/],
    fine: file('ignore: { repositories: ["sandbox/**"] }'),
  },
  {
    title: 'an extended glob',
    bad: file('ignore: { tags: ["@(dev|test)-*"] }'),
    problem: ['error', `${KEY}.ignore.tags[0]`, /not supported: write \{a,b\}/],
    fine: file('ignore: { tags: ["{dev,test}-*"] }'),
  },
  {
    title: 'a class that seems to exclude',
    bad: file('ignore: { tags: ["[!v]*"] }'),
    problem: ['warning', `${KEY}.ignore.tags[0]`, /Write \[\^…\]/],
    fine: file('ignore: { tags: ["[^v]*"] }'),
  },
  {
    title: 'ignored actions alone, in the file of a registry',
    bad: file('ignore: { actions: [pull] }', REGISTRY),
    problem: ['warning', `${KEY}.ignore.actions`, /before 3\.1/],
    fine: file('ignore: { actions: [pull] }'),
  },
  {
    title: 'an action in capitals',
    bad: file('ignore: { actions: [PULL] }'),
    problem: ['warning', `${KEY}.ignore.actions[0]`, /never matches.*Write pull/],
    fine: file('ignore: { actions: [pull, push, mount, delete] }'),
  },
  {
    title: 'an action that no registry sends',
    bad: file('ignore: { actions: [scan] }'),
    problem: ['warning', `${KEY}.ignore.actions[0]`, /never matches/],
    fine: file('ignore: { actions: [scan] }, accept: [event, other]'),
  },
  {
    title: 'a pattern as a media type',
    bad: file('ignore: { mediatypes: ["application/*"] }'),
    problem: ['warning', `${KEY}.ignore`, /without patterns/],
    fine: file('ignore: { mediatypes: ["application/json"] }'),
  },
  {
    title: 'a media type in capitals',
    bad: file('ignoredmediatypes: [Application/Json]'),
    problem: ['warning', `${KEY}.ignore`, /Write "application\/json"/],
    fine: file('ignoredmediatypes: [application/json]'),
  },
  {
    title: 'ignored blobs, whose deletes are not ignored',
    bad: file('ignoredmediatypes: [application/octet-stream]'),
    problem: ['warning', `${KEY}.ignore`, /deletes of blobs/],
    fine: file('ignoredmediatypes: [application/octet-stream], ignore: { actions: [delete] }'),
  },
];

test.each(traps)('$title', checkTrap);
