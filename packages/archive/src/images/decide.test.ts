/** What the recorded sequences do not have. */
import { expect, test } from 'vitest';
import { decide } from './decide.js';
import { SETTINGS } from './testing/memory.js';
import { lineOf } from './testing/samples.js';
import type { RawEvent, Scene, TagBefore } from './types.js';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

let count = 0;
const event = (second: number, more: Partial<RawEvent>): RawEvent => ({
  id: `event-${count++}`,
  at: `2026-11-30T12:00:${String(second).padStart(2, '0')}.000000Z`,
  source: 'registry',
  sender: 'distribution',
  action: 'push',
  target: 'manifest',
  ...more,
});

const made = (
  open: RawEvent[],
  before: [RawEvent | undefined, TagBefore][] = [],
  more: Partial<Scene> = {},
) =>
  decide({
    repository: 'team/app',
    open,
    age: () => 10_000,
    nearby: [],
    before: new Map(before.map(([of, was]) => [of?.id ?? '', [was]])),
    manifests: new Map(),
    reported: [],
    settings: SETTINGS,
    ...more,
  }).made.map((one) => lineOf(one.event).split(';')[0]);

const removal = (more: Partial<RawEvent>): RawEvent =>
  event(1, { action: 'delete', target: 'unknown', requestId: 'one', ...more });

test('a delete of a digest that may be a blob makes no event', () => {
  expect(made([removal({ digest: digest('a') })])).toEqual([]);
});

test('a delete of a manifest without tags is one of an image', () => {
  const manifests = new Map([[digest('a'), {}]]);
  expect(made([removal({ digest: digest('a') })], [], { manifests })).toEqual([
    'image.deleted team/app@aaaaaa, tags ',
  ]);
});

test('a webhook that names digest and tag in a delete is one of an image with its tags', () => {
  const harbor = { source: 'harbor', sender: 'harbor', requestId: undefined, digest: digest('a') };
  expect(made([removal({ ...harbor, tag: '1.0' }), removal({ ...harbor, tag: '1.1' })])).toEqual([
    'image.deleted team/app@aaaaaa, tags 1.0 1.1',
  ]);
});

test('a tag that is deleted alone, with what it pointed to last', () => {
  const one = removal({ target: 'tag', tag: '1.0' });
  expect(made([one], [[one, { tag: '1.0', from: digest('a'), late: false }]])).toEqual([
    'tag.deleted team/app:1.0@aaaaaa',
  ]);
});

test('a tag that gets another digest and the first one again is pushed three times', () => {
  const [a, b, again] = ['a', 'b', 'a'].map((letter, n) => event(n, { tag: '1.0', digest: digest(letter) }));
  const open = [a, b, again].filter((one) => one !== undefined);
  const before: [RawEvent | undefined, TagBefore][] = [
    [a, { tag: '1.0', late: false }],
    [b, { tag: '1.0', from: digest('a'), late: false }],
    [again, { tag: '1.0', from: digest('b'), late: false }],
  ];
  expect(made(open, before).map((line) => line?.split(' ')[0])).toEqual([
    ...['image.pushed', 'tag.created', 'image.pushed', 'tag.moved', 'image.pushed', 'tag.moved'],
  ]);
});

test('a sender without digests: the tag is created once', () => {
  const [first, second] = [event(0, { tag: '1.0' }), event(30, { tag: '1.0' })];
  const before: [RawEvent, TagBefore][] = [
    [first, { tag: '1.0', late: false }],
    [second, { tag: '1.0', there: true, late: false }],
  ];
  expect(made([first, second], before).map((line) => line?.split(' ')[0])).toEqual([
    ...['image.pushed', 'tag.created', 'image.pushed'],
  ]);
});
