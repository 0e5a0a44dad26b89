/** A dry run: independent of real runs, and says what is known. */
import type { PreheatRun } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import { anAttempt, single } from '../testing/builders.js';
import { aPush, IMAGE, preheatOptionsAt, serving } from '../testing/preheat.js';
import { type Answer, receiver } from '../testing/receiver.js';
import { openPreheatSink } from './index.js';
import { createLocalMemory } from './local-memory.js';

/** A real and a dry sink with one memory, whose cache answers as `cache` does. */
async function realAndDry(cache: Answer = serving) {
  const [origin, mirror] = [await receiver(serving), await receiver(cache)];
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const runs: PreheatRun[] = [];
  const memory = createLocalMemory((run) => void runs.push(run));
  const { targets } = preheatOptionsAt(at(mirror.port));
  const open = (dryrun: boolean) => {
    const sink = single(openPreheatSink(preheatOptionsAt(at(origin.port), { memory, targets, dryrun })));
    return sink;
  };
  return { real: open(false), dry: open(true), runs, mirror, memory };
}

const byTag = (id: string) => aPush({ id, view: { action: 'push', repository: 'team/api', tag: '1.0' } });

describe('a dry run', () => {
  test('walks the image, asks no target, and says how much it would ask for', async () => {
    const { dry, runs, mirror } = await realAndDry();
    const outcome = await dry.send(byTag('dry'), anAttempt());
    expect(outcome).toMatchObject({ kind: 'delivered', reason: 'skipped' });
    expect(mirror.requests).toEqual([]);
    const sizes = runs[0]?.parts.reduce((sum, { size = 0 }) => sum + size, 0);
    expect(sizes).toBeGreaterThan(0);
    expect(runs).toMatchObject([
      {
        result: 'dryrun',
        detail: expect.stringMatching(/^dry run: 3 parts would be requested \(\d+ B\)$/),
        tally: { skipped: 3, bytes: sizes },
      },
    ]);
  });

  test('says what is warm already', async () => {
    const { real, dry, runs, mirror } = await realAndDry();
    await real.send(byTag('real'), anAttempt());
    const asked = mirror.requests.length;
    await dry.send(byTag('dry'), anAttempt());
    expect(runs[1]).toMatchObject({ result: 'dryrun', tally: { already: 3, skipped: 0, bytes: 0 } });
    expect(mirror.requests).toHaveLength(asked);
  });

  test('neither waits for a real run of the same image nor takes its result', async () => {
    let free = () => {};
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });
    let reach = () => {};
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    // The layer is there already when the dry run looks, the rest is on its way.
    const { real, dry, runs } = await realAndDry((response, request, nth) => {
      if (!request.url.endsWith(IMAGE.manifest)) return serving(response, request, nth);
      reach();
      void freed.then(() => serving(response, request, nth));
    });
    const sending = real.send(byTag('real'), anAttempt());
    await reached;
    expect(await dry.send(byTag('dry'), anAttempt())).toMatchObject({ kind: 'delivered', reason: 'skipped' });
    expect(runs).toMatchObject([{ deliveryId: 'dry', result: 'dryrun' }]);
    const results = runs[0]?.parts.map(({ digest, result }) => [digest, result]);
    expect(results).toContainEqual([IMAGE.layer, 'already']);
    expect(results).toContainEqual([IMAGE.manifest, 'skipped']);
    free();
    expect(await sending).toMatchObject({ kind: 'delivered', reason: 'warm' });
    expect(runs).toMatchObject([{ deliveryId: 'dry' }, { deliveryId: 'real', result: 'succeeded' }]);
  });

  test('does not take the result of a run that its delivery waited for before', async () => {
    const { dry, runs, memory } = await realAndDry();
    const lead = memory.lead;
    const verdict = JSON.stringify({ tag: '1.0', outcome: { kind: 'dead', reason: 'partial' } });
    memory.lead = async () => {
      memory.lead = lead;
      return { turn: 'ended', verdict };
    };
    expect(await dry.send(byTag('dry'), anAttempt())).toMatchObject({ kind: 'delivered', reason: 'skipped' });
    expect(runs).toMatchObject([{ result: 'dryrun' }]);
  });

  test('of what another run has failed at says that it would be asked for', async () => {
    const { real, dry, runs } = await realAndDry((response, request, nth) =>
      request.url.endsWith(IMAGE.layer)
        ? void response.writeHead(503).end()
        : serving(response, request, nth),
    );
    await real.send(byTag('real'), anAttempt());
    await dry.send(byTag('dry'), anAttempt());
    expect(runs.at(-1)?.parts).toContainEqual(
      expect.objectContaining({ digest: IMAGE.layer, result: 'skipped', reason: 'dryrun' }),
    );
  });
});
