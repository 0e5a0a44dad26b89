/** How the work of preheating is shared, resumed, retried and reported: over processes, crashes and failures. */
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { createPreheatRuns } from '@longshore/queue/preheat';
import { eventually, redisUrl, startReceiver } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { preheatConfig, pushOf, relayWith, warmEndpoint } from './preheat.js';
import { envelope, postTo, startRelay, startRelayProcess } from './relay.js';
import {
  anImage,
  anIndex,
  type Image,
  type ScriptedRegistry,
  scriptedRegistry,
} from './scripted-registry.js';

/** One who waits for another one's image looks again after 15 s when nothing wakes it. */
const AT_LAST = { timeout: 60_000 };
const SLOW_MS = 120_000;

/** A registry and a cache that both have the image; the endpoint warms one from the other. */
async function bothWith(image: Image, target: { concurrency?: number } = {}, tag = '1.0') {
  const [origin, mirror] = [await scriptedRegistry(), await scriptedRegistry()];
  origin.has(image, tag);
  mirror.has(image, tag);
  const preheat = {
    registry: { url: origin.url },
    targets: [{ name: 'mirror', kind: 'pull-through', url: mirror.url, ...target }],
  };
  return { origin, mirror, preheat };
}

const total = (registry: ScriptedRegistry, kind: string): number =>
  [...registry.asked()].reduce((sum, [path, count]) => sum + (path.startsWith(kind) ? count : 0), 0);

/** The nth blob that is asked for gets no answer, once. Gives its path when it has been asked for. */
function hangAt(registry: ScriptedRegistry, nth: number): () => string | undefined {
  let hung: string | undefined;
  registry.otherwise((path) => {
    if (hung || total(registry, 'blobs') < nth) return undefined;
    hung = path;
    return 'hang';
  });
  return () => hung;
}

function redisOf(prefix: string) {
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  return { inspector: createInspector(client, prefix), runs: createPreheatRuns(client, prefix) };
}

describe('one walk', () => {
  test(
    'the same image pushed fifty times at once by two processes is walked once, and each push is settled',
    async () => {
      const image = anIndex([anImage(['a', 'b'], { n: 1 }), anImage(['a', 'c'], { n: 2 })]);
      const { origin, mirror, preheat } = await bothWith(image);
      let allThere = (): void => {};
      const all = new Promise<void>((resolve) => {
        allThere = resolve;
      });
      origin.otherwise(async () => {
        // The walk does not get on before all fifty are there.
        await all;
        return undefined;
      });
      const { relay, file, prefix } = await relayWith([warmEndpoint(preheat)]);
      const second = await startRelayProcess(file);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          postTo(
            (n % 2 ? relay : second).ingest,
            envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })),
          ),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      allThere();
      const { inspector, runs } = redisOf(prefix);
      await eventually(
        () => inspector.boardQueue('warm').getCompletedCount(),
        (count) => count === 50,
        AT_LAST,
      );
      for (const [path, count] of origin.asked()) expect(count, path).toBe(1);
      for (const [path, count] of mirror.asked()) expect(count, path).toBe(1);
      const shown = (await inspector.boardQueue('warm').getCompleted()).map(({ progress }) => progress);
      const led = shown.filter((progress) => JSON.stringify(progress).includes('"blobs"'));
      expect(led).toMatchObject([{ progress: 100 }]);
      const reported = { waited: 'another delivery has warmed the same image' };
      expect(shown.filter((progress) => !led.includes(progress))).toEqual(Array(49).fill(reported));
      expect(await runs.list('warm')).toHaveLength(1);
      const attempts = await eventually(
        () => [...relay.records, ...second.records].filter(({ record }) => record === 'delivery.attempted'),
        (records) => records.length === 50,
      );
      expect(new Set(attempts.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    },
    SLOW_MS,
  );

  test(
    'a layer that two images share is asked for once',
    async () => {
      const [one, two] = [anImage(['shared', 'one'], { n: 1 }), anImage(['shared', 'two'], { n: 2 })];
      const { origin, mirror, preheat } = await bothWith(one);
      for (const registry of [origin, mirror]) registry.has(two, '2.0');
      const { relay } = await relayWith([warmEndpoint(preheat)]);
      await relay.post(envelope(pushOf(origin.url, 'team/api', one.root, { tag: '1.0' })));
      await relay.post(envelope(pushOf(origin.url, 'team/api', two.root, { tag: '2.0' })));
      await eventually(
        () => relay.records.filter(({ record }) => record === 'preheat.finished').length === 2,
        undefined,
        AT_LAST,
      );
      const shared = one.parts.find(({ body }) => body.toString() === 'shared');
      expect(mirror.asked().get(`blobs/${shared?.digest}`)).toBe(1);
      expect(total(mirror, 'blobs')).toBe(5);
    },
    SLOW_MS,
  );
});

describe('a worker that is killed', () => {
  test(
    'in the middle of an image loses nothing and repeats no finished blob',
    async () => {
      const image = anImage(Array.from({ length: 8 }, (_, n) => `layer ${n}`));
      // One by one: the run that asks for the last one has written down what became of the others.
      const { origin, mirror, preheat } = await bothWith(image, { concurrency: 1 });
      const hung = hangAt(mirror, 9);
      const { file } = await preheatConfig([warmEndpoint(preheat)]);
      const relay = await startRelayProcess(file);
      await relay.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
      const last = await eventually(hung, undefined, AT_LAST);
      await relay.crash();
      const next = await startRelay(file);
      const done = await next.waitFor('preheat.finished');
      expect(done).toMatchObject({ result: 'succeeded', failed: 0, warmed: image.parts.length });
      for (const [path, count] of mirror.asked()) expect(count, path).toBe(path === last ? 2 : 1);
      expect(total(origin, 'manifests')).toBe(1);
      expect(await next.waitFor('delivery.attempted')).toMatchObject({ attempt: 1 });
    },
    SLOW_MS,
  );
});

describe('a worker that is stopped', () => {
  test(
    'gives the image back at once, and the next one continues it',
    async () => {
      const image = anImage(['one', 'two']);
      const { origin, mirror, preheat } = await bothWith(image, { concurrency: 1 });
      const hung = hangAt(mirror, 3);
      const { relay, file } = await relayWith([warmEndpoint(preheat)], { worker: { grace: '100ms' } });
      await relay.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
      const last = await eventually(hung, undefined, AT_LAST);
      expect((await relay.stop()).code).toBe(0);
      const next = await startRelay(file);
      expect(await next.waitFor('preheat.finished', AT_LAST)).toMatchObject({
        result: 'succeeded',
        warmed: 4,
      });
      expect(await next.waitFor('delivery.attempted')).toMatchObject({ attempt: 1 });
      for (const [path, count] of mirror.asked()) expect(count, path).toBe(path === last ? 2 : 1);
    },
    SLOW_MS,
  );
});

describe('what fails', () => {
  test(
    'some blobs: dead with the blobs that failed, reported as partial; retried, only those are requested',
    async () => {
      const image = anImage(['good', 'bad', 'worse']);
      const { origin, mirror, preheat } = await bothWith(image);
      const broken = image.parts.slice(-2).map(({ digest }) => `blobs/${digest}`);
      mirror.otherwise((path) => (broken.includes(path) ? { status: 503 } : undefined));
      const hook = await startReceiver();
      const { relay, prefix } = await relayWith([
        warmEndpoint(preheat, { threshold: 3 }),
        { name: 'hook', url: hook.url, accept: ['other'] },
      ]);
      await relay.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
      await relay.waitFor(
        ({ record, outcome }) => record === 'delivery.settled' && outcome === 'dead',
        AT_LAST,
      );
      const [reported] =
        (await hook.received(1))[0]?.json<{ events: Record<string, never>[] }>().events ?? [];
      expect(reported).toMatchObject({
        action: 'preheat.partial',
        target: { repository: 'team/api', tag: '1.0', digest: image.root.digest },
        body: { endpoint: 'warm', failed: 2, warmed: 3 },
      });
      const { inspector, runs } = redisOf(prefix);
      // The record comes before Redis has the job in the dead-letter set.
      const [job] = await eventually(
        () => inspector.boardQueue('warm').getFailed(),
        ({ length }) => length === 1,
      );
      for (const path of broken) expect(job?.stacktrace?.join()).toContain(path.slice('blobs/'.length));
      expect(job?.failedReason).toContain('2 of 5 parts failed');
      for (const [path, count] of mirror.asked()) expect(count, path).toBe(broken.includes(path) ? 3 : 1);

      mirror.otherwise(() => undefined);
      await job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      await relay.waitFor(
        ({ record, result }) => record === 'preheat.finished' && result === 'succeeded',
        AT_LAST,
      );
      for (const [path, count] of mirror.asked()) expect(count, path).toBe(broken.includes(path) ? 4 : 1);
      expect(total(origin, 'manifests')).toBe(1);
      await hook.received(2);
      expect(hook.requests[1]?.json<{ events: object[] }>().events[0]).toMatchObject({
        action: 'preheat.succeeded',
      });
      expect((await runs.list('warm')).map(({ result }) => result)).toEqual(['succeeded', 'partial']);
    },
    SLOW_MS,
  );

  test(
    'a manifest that is not there yet is waited for, and it costs no attempt',
    async () => {
      const image = anImage(['a']);
      const { origin, preheat } = await bothWith(image);
      origin.otherwise((path, nth) =>
        path.startsWith('manifests/') && nth <= 4 ? { status: 404 } : undefined,
      );
      const { relay } = await relayWith([warmEndpoint(preheat)]);
      await relay.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
      const done = await relay.waitFor('delivery.attempted', AT_LAST);
      expect(done).toMatchObject({ outcome: 'delivered', attempt: 1, reason: 'warm' });
    },
    SLOW_MS,
  );

  test(
    'a registry that answers 429 is left alone until then, and it costs no attempt',
    async () => {
      const image = anImage(['a']);
      const { origin, preheat } = await bothWith(image);
      const at: number[] = [];
      origin.otherwise((path, nth) => {
        if (!path.startsWith('manifests/')) return undefined;
        at.push(Date.now());
        return nth === 1 ? { status: 429, headers: { 'retry-after': '2' } } : undefined;
      });
      const { relay } = await relayWith([warmEndpoint(preheat)]);
      await relay.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
      const done = await relay.waitFor('delivery.attempted', AT_LAST);
      expect(done).toMatchObject({ outcome: 'delivered', attempt: 1 });
      expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(1_900);
      expect(at).toHaveLength(2);
    },
    SLOW_MS,
  );
});
