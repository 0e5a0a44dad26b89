/**
 * What is made of recorded sequences of real clients, see `samples/capture.mjs`. `samples/NAME.txt` has the image
 * events of each, step by step: one line for each event.
 */
import { expect, test } from 'vitest';
import { Memory, SETTINGS, type Sent, withoutReferences } from './testing/memory.js';
import { lineOf, type Step, samples } from './testing/samples.js';
import type { ImageEvent } from './types.js';

const SETTLED_MS = 2 * SETTINGS.settle + 2_000;

const lastOf = (events: readonly Sent[]): number =>
  Math.max(...events.map(({ timestamp }) => Date.parse(timestamp)));

/** Each step with the image events that it leads to. */
function run(steps: readonly Step[], arrival: (events: Sent[]) => Sent[][] = (events) => [events]) {
  let memory = new Memory();
  return steps.map(({ step, events }): [step: string, made: ImageEvent[]] => {
    if (events.length === 0) return [step, []];
    const at = lastOf(events);
    const made = arrival(events).flatMap((part) => {
      memory.store(part, at);
      const early = memory.turn(at);
      // The process ends here, and another one continues with what is stored.
      const next = new Memory();
      next.kept = JSON.parse(JSON.stringify(memory.kept));
      memory = next;
      return early;
    });
    expect(made, 'nothing is decided before it has settled').toEqual([]);
    return [step, memory.turn(at + SETTLED_MS)];
  });
}

const textOf = (results: [step: string, made: ImageEvent[]][]): string =>
  results.map(([step, made]) => `${[step, ...made.map((one) => `  ${lineOf(one)}`)].join('\n')}\n`).join('');

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const next = random(seed);
  return list
    .map((value) => ({ value, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

test.each(samples)('%s becomes its image events', async (name, steps) => {
  await expect(textOf(run(steps))).toMatchFileSnapshot(`./samples/${name}.txt`);
});

test.each(samples)('%s in any order, and with duplicates, becomes the same', (_name, steps) => {
  const expected = run(steps);
  for (let seed = 1; seed <= 20; seed++) {
    const doubled = run(steps, (events) => {
      const mixed = shuffled([...events, ...events], seed);
      return [mixed.slice(0, seed), mixed.slice(seed)];
    });
    expect(doubled).toEqual(expected);
  }
});

test.each(samples)('%s cut at any point and resumed becomes the same', (_name, steps) => {
  const expected = run(steps);
  const longest = Math.max(...steps.map(({ events }) => events.length));
  for (let cut = 0; cut <= longest; cut++) {
    expect(run(steps, (events) => [events.slice(0, cut), events.slice(cut)])).toEqual(expected);
  }
});

test.each(samples)('%s without references becomes the same events with less in them', async (name, steps) => {
  const bare = steps.map((step) => ({ ...step, events: step.events.map(withoutReferences) }));
  await expect(textOf(run(bare))).toMatchFileSnapshot(`./samples/${name}-bare.txt`);
});
