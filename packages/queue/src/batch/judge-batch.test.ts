/** Batches against a receiver that is simulated: whatever it does with poison events, nothing dies in company. */
import type { Outcome } from '@longshore/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchStage } from '../retry.js';
import { groupMadeAt } from './group.js';
import { type BatchRules, judgeBatch } from './judge-batch.js';

const policy = { threshold: 4, backoff: 1_000, maxbackoff: 3_600_000, schedule: [] };
const NOW = 1_790_000_000_000;

const failure = (status: number, kind: 'retry' | 'dead' = 'retry'): Outcome => ({
  kind,
  status,
  reason: `http_${status}`,
});
const OK: Outcome = { kind: 'delivered', status: 200, reason: 'http_200' };

const judged = (attempts: number[], stage: BatchStage, outcome: Outcome, more: Partial<BatchRules> = {}) =>
  judgeBatch({ attempts, stage }, outcome, { policy, now: NOW, random: 0.5, ...more }).map((verdict) =>
    verdict.settle === 'retry'
      ? [verdict.group?.stage, verdict.group?.id, verdict.delay, verdict.uncounted ?? false]
      : [verdict.settle],
  );

describe('one answer for a batch', () => {
  test('2xx delivers all, 410 ends all', () => {
    expect(judged([1, 1], 'first', OK)).toEqual([['delivered'], ['delivered']]);
    expect(judged([1, 1], 'first', failure(410, 'dead'))).toEqual([['dead'], ['dead']]);
  });

  test('an outage retries the batch as it is, in its stage', () => {
    for (const stage of ['first', 'again'] as const) {
      const [one, two, three] = judged([2, 2, 2], stage, failure(503));
      expect(one).toEqual([stage, expect.any(String), 2_000, false]);
      expect([two, three]).toEqual([one, one]);
    }
  });

  test('any other failure: once more with the same members, then halves, until one is alone', () => {
    const [one, two, three] = judged([1, 1, 1], 'first', failure(500));
    expect(one).toEqual(['again', expect.any(String), 1_000, false]);
    expect([two, three]).toEqual([one, one]);
    const [a, b, c] = judged([2, 2, 2], 'again', failure(500));
    expect(a).toEqual(['again', expect.any(String), 2_000, false]);
    expect(b).toEqual(a);
    expect(c).toEqual(['again', expect.any(String), 2_000, false]);
    expect(judged([3, 3], 'again', failure(500))).toEqual([
      ['again', expect.any(String), 4_000, false],
      ['again', expect.any(String), 4_000, false],
    ]);
  });

  test('halves have ids of their own, which say when they were made', () => {
    const verdicts = judgeBatch({ attempts: [2, 2, 2, 2], stage: 'again' }, failure(500), {
      policy,
      now: NOW,
    });
    const groups = verdicts.map((verdict) => (verdict.settle === 'retry' ? verdict.group : undefined));
    expect(new Set(groups.map((group) => group?.id)).size).toBe(2);
    expect(groups[0]?.id).toBe(groups[1]?.id);
    expect(groups[0] && groupMadeAt(groups[0])).toBe(NOW);
    expect(groupMadeAt({ id: '', stage: 'first' })).toBe(0);
  });

  test('413 is halved at once', () => {
    expect(judged([1, 1], 'first', failure(413))).toEqual([
      ['again', expect.any(String), 1, false],
      ['again', expect.any(String), 1, false],
    ]);
  });

  test('at the threshold in company a failure costs no attempt and halves, an outage too', () => {
    expect(judged([4, 4, 4, 4], 'again', failure(500))[0]).toEqual([
      'again',
      expect.any(String),
      8_000,
      true,
    ]);
    expect(judged([4, 4, 4, 4], 'again', failure(503))[0]?.[0]).toBe('again');
    expect(judged([4, 3, 3, 3], 'again', failure(503))).toEqual(
      [true, false, false, false].map((uncounted) => ['again', expect.any(String), 8_000, uncounted]),
    );
    expect(judged([4], 'again', failure(500))).toEqual([['dead']]);
  });

  test('where the receiver accepts other events, halves do not wait for the timetable', () => {
    expect(judged([4, 4], 'again', failure(500), { isAccepting: true })[0]?.[2]).toBe(1_000);
    expect(judged([3, 3], 'first', failure(500), { isAccepting: true })[0]?.[2]).toBe(4_000);
  });

  test('where outages are free they cost no attempt, however many there are, alone too', () => {
    const free = { started: 4 };
    expect(judged([4, 4], 'first', failure(503), free)[0]).toEqual([
      'first',
      expect.any(String),
      8_000,
      true,
    ]);
    expect(judged([4], 'first', failure(503), free)[0]).toEqual([
      ...[undefined, undefined, expect.any(Number), true],
    ]);
    expect(judged([4], 'first', failure(500), free)).toEqual([['dead']]);
  });

  test('with order the second half waits behind the first', () => {
    const verdicts = judgeBatch({ attempts: [2, 2, 2], stage: 'again' }, failure(500), {
      policy,
      isOrdered: true,
    });
    expect(verdicts.map((verdict) => 'behind' in verdict && verdict.behind)).toEqual([false, false, true]);
  });

  test('Retry-After lengthens the delay of all', () => {
    const busy: Outcome = { ...failure(503), kind: 'retry', notBefore: NOW + 60_000 };
    expect(judged([1, 1], 'first', busy)[1]?.[2]).toBe(60_000);
  });
});

/** How a receiver of the model answers a request that holds a poison event. */
const POISON_ANSWERS = [500, 400, 413, 503, 504, 'reset', 'timeout'] as const;
type PoisonAnswer = (typeof POISON_ANSWERS)[number];

interface Scenario {
  threshold: number;
  events: number;
  batch: number;
  /** Which events are poison, and what each makes the receiver answer, in turn. */
  poison: Map<number, PoisonAnswer[]>;
  /** The receiver answers 413 to more events than this. */
  most: number;
  isAccepting: boolean;
}

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    threshold: fc.integer({ min: 1, max: 12 }),
    events: fc.integer({ min: 1, max: 120 }),
    batch: fc.integer({ min: 1, max: 120 }),
    poison: fc.array(
      fc.tuple(fc.nat(119), fc.array(fc.constantFrom(...POISON_ANSWERS), { minLength: 1, maxLength: 5 })),
      { maxLength: 6 },
    ),
    most: fc.integer({ min: 1, max: 200 }),
    isAccepting: fc.boolean(),
  })
  .map((made) => ({ ...made, poison: new Map(made.poison) }));

interface Member {
  id: number;
  attempt: number;
}

/** Sends batches until nothing is left. */
function play({ threshold, events, batch, poison, most, isAccepting }: Scenario) {
  const members = Array.from({ length: events }, (_, id): Member => ({ id, attempt: 1 }));
  const queue: { members: Member[]; stage: BatchStage }[] = [];
  while (members.length > 0) queue.push({ members: members.splice(0, batch), stage: 'first' });
  const delivered: number[] = [];
  const dead: { id: number; attempts: number; company: number }[] = [];
  let requests = 0;
  const answerTo = (sent: readonly Member[]): Outcome => {
    if (sent.length > most) return failure(413);
    const bad = sent.find(({ id }) => poison.has(id));
    if (!bad) return OK;
    const answers = poison.get(bad.id) ?? [];
    const answer = answers[requests % answers.length] ?? 500;
    return typeof answer === 'number' ? failure(answer) : { kind: 'retry', reason: answer };
  };
  for (let sent = queue.shift(); sent; sent = queue.shift()) {
    requests += 1;
    if (requests > 10_000) throw new Error('it does not end');
    const outcome = answerTo(sent.members);
    const rules = {
      policy: { ...policy, threshold },
      isAccepting,
      now: requests,
    };
    const verdicts = judgeBatch(
      { attempts: sent.members.map(({ attempt }) => attempt), stage: sent.stage },
      outcome,
      rules,
    );
    const groups = new Map<string, { members: Member[]; stage: BatchStage }>();
    for (const [i, verdict] of verdicts.entries()) {
      const { id = -1, attempt = -1 } = sent.members[i] ?? {};
      if (verdict.settle === 'delivered') delivered.push(id);
      else if (verdict.settle === 'dead') dead.push({ id, attempts: attempt, company: sent.members.length });
      else if (verdict.settle === 'retry') {
        const next = { id, attempt: verdict.uncounted ? attempt : attempt + 1 };
        const { id: group = `alone ${id}`, stage = 'first' } = verdict.group ?? {};
        const together = groups.get(group) ?? { members: [], stage };
        together.members.push(next);
        groups.set(group, together);
      }
    }
    queue.push(...groups.values());
  }
  return { delivered, dead, requests };
}

test('whatever the receiver does with poison events: each dies alone after the threshold, all others are delivered, and it ends', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { delivered, dead, requests } = play(scenario);
      const ids = Array.from({ length: scenario.events }, (_, id) => id);
      const poison = ids.filter((id) => scenario.poison.has(id));
      expect(delivered.sort((a, b) => a - b)).toEqual(ids.filter((id) => !scenario.poison.has(id)));
      expect(dead.map(({ id }) => id).sort((a, b) => a - b)).toEqual(poison);
      for (const { attempts, company } of dead) {
        expect([attempts, company]).toEqual([scenario.threshold, 1]);
      }
      // A poison event is in one request for each of its attempts and for each halving; each halving sends the other half too.
      const halvings = Math.ceil(Math.log2(scenario.batch)) + 1;
      const batches = Math.ceil(scenario.events / scenario.batch);
      const tooLarge = scenario.most < scenario.batch ? 2 * scenario.events : 0;
      const perPoison = 2 * (scenario.threshold + halvings + 1);
      expect(requests).toBeLessThanOrEqual(batches + tooLarge + poison.length * perPoison);
    }),
    { numRuns: 500 },
  );
});
