/** The gate against a plain model: tokens that are refilled, one by one. Times are the tests' own. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { runScript, script } from '../script.js';
import { redisTest as test } from '../testing/redis-test.js';
import { RATE_LUA } from './rate-lua.js';

const START = 1_790_000_000_000;

interface RateSettings {
  count: number;
  perMs: number;
}

/** Asks for `n` requests at `now`, and sends as many as are allowed. */
interface Ask {
  now: number;
  n: number;
  rate?: RateSettings;
  /** Taken back afterwards. */
  refund?: number;
}

const RUN = script(`${RATE_LUA}
local answers, E = {}, { ours = function() return KEYS[1] end }
for i, ask in ipairs(cjson.decode(ARGV[1])) do
  local allowed, nextAt = rateGate(E, ask, ask.now, ask.n)
  rateTaken(E, ask, ask.now, allowed)
  rateRefund(E, ask, ask.now, ask.refund or 0)
  answers[i] = { allowed, nextAt or 0 }
end
return cjson.encode(answers)
`);

interface Answer {
  allowed: number;
  /** Epoch milliseconds; 0: at once. */
  next: number;
}

async function run(client: RedisClient, prefix: string, asks: readonly Ask[]): Promise<Answer[]> {
  const key = `${prefix}:{rate}`;
  await client.del(key);
  const answer = await runScript(client, RUN, [key], [JSON.stringify(asks)]);
  const rows = JSON.parse(String(answer)) as [number, number][];
  return rows.map(([allowed, next]) => ({ allowed, next }));
}

const burstOf = ({ count, perMs }: RateSettings): number => Math.max(1, Math.floor((count / perMs) * 1_000));
const intervalOf = ({ count, perMs }: RateSettings): number => perMs / count;

/** `N/s`, `N/m`, `N/h`, with fractions. */
const aRate: fc.Arbitrary<RateSettings> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(0.5, 0.1, 1.5, 2.5, 3.7, 33.3)),
    fc.constantFrom(1_000, 60_000, 3_600_000),
  )
  .map(([count, perMs]) => ({ count, perMs }));

/** Steps of a clock and what is asked for: short ones, and some of about one interval of a slow rate. */
const someAsks = fc.array(
  fc.record({
    step: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 5_000_000 })),
    n: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 60 },
);

const timed = (rate: RateSettings, steps: readonly { step: number; n: number }[]): Ask[] => {
  let now = START;
  return steps.map(({ step, n }) => {
    now += step;
    return { now, n, rate };
  });
};

test('grants what a bucket of one second’s worth of tokens grants', async ({ open, prefix }) => {
  const client = await open('producer');
  await fc.assert(
    fc.asyncProperty(aRate, someAsks, async (rate, steps) => {
      const asks = timed(rate, steps);
      const answers = await run(client, prefix, asks);
      let tokens = burstOf(rate);
      let at = START;
      for (const [i, { now, n }] of asks.entries()) {
        tokens = Math.min(burstOf(rate), tokens + (now - at) / intervalOf(rate));
        at = now;
        const allowed = answers[i]?.allowed ?? -1;
        // Where a token is all but there, doubles may differ.
        const close = 0.02 / intervalOf(rate);
        expect(allowed).toBeGreaterThanOrEqual(Math.min(n, Math.floor(tokens - close)));
        expect(allowed).toBeLessThanOrEqual(Math.min(n, Math.floor(tokens + close)));
        tokens -= allowed;
      }
    }),
  );
});

test('never more than a burst and the rate, in any window', async ({ open, prefix }) => {
  const client = await open('producer');
  await fc.assert(
    fc.asyncProperty(aRate, someAsks, async (rate, steps) => {
      const asks = timed(rate, steps);
      const answers = await run(client, prefix, asks);
      for (const [from, { now: since }] of asks.entries()) {
        let sent = 0;
        for (const [to, { now }] of asks.entries()) {
          if (to < from) continue;
          sent += answers[to]?.allowed ?? 0;
          const most = burstOf(rate) + (now - since + 0.02) / intervalOf(rate);
          expect(sent).toBeLessThanOrEqual(most);
        }
      }
    }),
  );
});

test('the next look is exact: nothing a millisecond before it, one request at it', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  await fc.assert(
    fc.asyncProperty(aRate, someAsks, async (rate, steps) => {
      const greedy = timed(rate, steps).map((ask) => ({ ...ask, n: 1_000 }));
      const [answer] = (await run(client, prefix, greedy)).slice(-1);
      const next = answer?.next ?? 0;
      const before = await run(client, prefix, [...greedy, { now: next - 1, n: 1, rate }]);
      expect(before.at(-1)?.allowed).toBe(0);
      const then = await run(client, prefix, [...greedy, { now: next, n: 1, rate }]);
      expect(then.at(-1)?.allowed).toBe(1);
      expect(next - (greedy.at(-1)?.now ?? 0)).toBeLessThanOrEqual(Math.ceil(intervalOf(rate)));
    }),
  );
});

test('a changed rate and a clock that is set back cost one interval at most, and give one burst at most', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const clocks = fc.integer({ min: -10_000_000, max: 10_000_000 });
  const asks = fc.array(fc.record({ rate: aRate, offset: clocks, n: fc.integer({ min: 1, max: 400 }) }), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(asks, async (steps) => {
      const jumps = steps.map(({ rate, offset, n }) => ({ rate, n, now: START + offset }));
      const answers = await run(client, prefix, jumps);
      for (const [i, { rate, now }] of jumps.entries()) {
        const { allowed = 0, next = 0 } = answers[i] ?? {};
        expect(allowed).toBeLessThanOrEqual(burstOf(rate));
        expect(next).toBeLessThanOrEqual(Math.ceil(now + intervalOf(rate)));
      }
      // The wait ends: it does not begin again with each look.
      const last = jumps.at(-1) ?? { rate: { count: 1, perMs: 1 }, now: START };
      const looks = [
        ...jumps,
        { ...last, n: 1_000 },
        {
          ...last,
          n: 1,
          now: Math.max(answers.at(-1)?.next ?? 0, last.now + Math.ceil(intervalOf(last.rate))),
        },
      ];
      expect((await run(client, prefix, looks)).at(-1)?.allowed).toBe(1);
    }),
  );
});

test('what was not sent is taken back', async ({ open, prefix }) => {
  const client = await open('producer');
  const rate = { count: 1, perMs: 60_000 };
  const answers = await run(client, prefix, [
    { now: START, n: 1, rate, refund: 1 },
    { now: START, n: 1, rate },
    { now: START, n: 1, rate },
  ]);
  expect(answers).toEqual([
    { allowed: 1, next: START + 60_000 },
    { allowed: 1, next: START + 60_000 },
    { allowed: 0, next: START + 60_000 },
  ]);
});

test('without a rate everything is allowed, and nothing is stored', async ({ open, prefix }) => {
  const client = await open('producer');
  expect(await run(client, prefix, [{ now: START, n: 9 }])).toEqual([{ allowed: 9, next: 0 }]);
  expect(await client.keys(`${prefix}:*`)).toEqual([]);
});
