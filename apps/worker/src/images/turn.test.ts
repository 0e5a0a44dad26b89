import type { ImageMaker } from '@longshore/archive/images';
import { expect, test } from 'vitest';
import { makeAndPublish } from './turn.js';

type Published = Parameters<Parameters<ImageMaker['publish']>[0]>[0];

/** An archive of event ids. */
function imagesOf(unpublished: string[]): ImageMaker {
  return {
    async make() {
      unpublished.push('pushed');
      return 1;
    },
    async publish(publish) {
      const events = unpublished.splice(0);
      for (const id of events) await publish({ event: { id } } as Published);
      return events.length;
    },
  };
}

const turn = async (makePulls: (unpublished: string[], published: string[]) => Promise<number>) => {
  const unpublished = ['earlier'];
  const published: string[] = [];
  const done = makeAndPublish(
    imagesOf(unpublished),
    { make: () => makePulls(unpublished, published) },
    {
      mayContinue: async () => true,
      publish: async ({ event }) => void published.push(event.id),
      signal: new AbortController().signal,
    },
  );
  return { error: await done.catch((error: unknown) => error), published };
};

test('image events are published although pulls fail, and the failure is reported', async () => {
  const { error, published } = await turn(() => Promise.reject(new Error('statement timeout')));
  expect(error).toEqual(new Error('statement timeout'));
  expect(published).toEqual(['earlier', 'pushed']);
});

test('image events do not wait for pulls, and pulls are published in the same turn', async () => {
  let before: string[] = [];
  const { published } = await turn(async (unpublished, already) => {
    before = [...already];
    unpublished.push('pulled');
    return 1;
  });
  expect(before).toEqual(['earlier', 'pushed']);
  expect(published).toEqual(['earlier', 'pushed', 'pulled']);
});
