import fc from 'fast-check';
import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { HoldModel, type ModelResult } from './testing/model.js';
import { createRig, type RigSettings, type RigSettle } from './testing/rig.js';

const settingsOf = fc.record({
  concurrency: fc.constantFrom(1, 2, 5),
  maxBackoffMs: fc.constantFrom(2_000, 60_000),
  hold: fc.option(
    fc.record({
      after: fc.constantFrom(1, 3),
      probeMs: fc.constantFrom(500, 1_000),
      maxProbeMs: fc.constantFrom(1_000, 8_000),
      forMs: fc.constantFrom(20_000, 3_600_000),
      revive: fc.constantFrom(true, true, true, false),
      url: fc.constantFrom('a', 'b'),
    }),
    { nil: undefined, freq: 19 },
  ),
});

const outage = fc.record({
  kind: fc.constant('outage' as const),
  reason: fc.constantFrom('refused', 'tls_expired', 'http_503'),
  retryAfterMs: fc.option(fc.constantFrom(700, 5_000), { nil: undefined, freq: 4 }),
});
const delivered = fc.constant({ kind: 'delivered' as const });
const refused = fc.constant({ kind: 'refused' as const });
const noAnswer = fc.constantFrom({ kind: 'ours' as const, ms: 900 }, { kind: 'unasked' as const });
/** What an attempt meets while the receiver is up, and while it is down. */
const weather = fc.record({
  up: fc.oneof(
    { arbitrary: delivered, weight: 8 },
    { arbitrary: fc.oneof(outage, refused, noAnswer), weight: 2 },
  ),
  down: fc.oneof(
    { arbitrary: outage, weight: 20 },
    { arbitrary: fc.oneof(delivered, refused, noAnswer), weight: 1 },
  ),
});

const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('add' as const), count: fc.nat(4) }) },
  { weight: 20, arbitrary: fc.record({ what: fc.constant('answer' as const), which: fc.nat(9), weather }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('turn' as const), isUp: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crash' as const), which: fc.nat(9) }) },
  {
    weight: 12,
    arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.constantFrom(400, 1_000, 9_000) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('resume' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('reload' as const), settings: settingsOf }) },
  // Of all processes at once: what they had taken is given up, and Redis has the rest.
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const) }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** `threshold`: attempts of a delivery. */
const story = fc.record({
  threshold: fc.constantFrom(1, 2),
  settings: settingsOf,
  events: fc.array(event, { maxLength: 120, size: 'max' }),
});

type Rig = ReturnType<typeof createRig>;

/** Both worlds, one step at a time. */
class Run {
  readonly model = new HoldModel();
  now = 1_800_000_000_000;
  isUp = false;
  heldMs = 0;
  added = 0;
  gone = 0;

  constructor(
    readonly rig: Rig,
    public settings: RigSettings,
    readonly threshold: number,
  ) {}

  async step(event: Event): Promise<void> {
    this.now += 1;
    if (event.what === 'add') await this.add(event.count);
    else if (event.what === 'wait') this.now += event.ms;
    else if (event.what === 'reload') this.settings = event.settings;
    else if (event.what === 'turn') this.isUp = event.isUp;
    else if (event.what === 'resume') await this.resume();
    else if (event.what === 'restart') for (const id of this.inFlight()) await this.crash(id);
    else await this.answer(event);
    this.now += 1;
    await this.look();
  }

  private inFlight = (): string[] => [...this.model.active.keys()].sort();

  private async add(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const id = `d${this.added++}`;
      await this.rig.add(id);
      this.model.wait.push({ id, attempts: 0, wasRevived: false });
    }
  }

  private async resume(): Promise<void> {
    const held = await this.rig.release(this.settings, this.now);
    expect(held === 1).toBe(this.model.phase === 'held');
    this.model.release(this.now);
  }

  private async crash(id: string): Promise<void> {
    await this.rig.crash(id);
    this.model.crash(id);
  }

  private async answer(event: Extract<Event, { what: 'answer' | 'crash' }>): Promise<void> {
    const ids = this.inFlight();
    const id = ids[event.which % (ids.length || 1)];
    if (id === undefined) return;
    if (event.what === 'crash') return this.crash(id);
    const result = this.isUp ? event.weather.up : event.weather.down;
    const settle = this.settlement(id, result);
    this.model.settle(this.settings, this.now, id, result);
    this.count(await this.rig.settle(this.settings, this.now, settle));
  }

  /** As the worker decides, and moves the delivery in the model. */
  private settlement(id: string, result: ModelResult): RigSettle {
    const { model, now } = this;
    const { job, flag } = model.active.get(id) ?? {
      job: { id, attempts: 0, wasRevived: false },
      flag: 'fresh',
    };
    const base = { id, probe: flag === 'probe', delay: 0, detail: {} };
    const later = (delay: number): number => {
      model.delayed.push({ job, due: now + delay });
      return delay;
    };
    switch (result.kind) {
      case 'delivered':
        this.gone += 1;
        return { ...base, to: 'completed', class: 'delivered' };
      case 'unasked':
        model.wait.unshift(job);
        return { ...base, to: 'wait', class: 'none', detail: { unasked: true } };
      case 'ours':
        return {
          ...base,
          to: 'delayed',
          class: 'none',
          delay: later(result.ms),
          detail: { oursMs: result.ms },
        };
    }
    const isOutage = result.kind === 'outage';
    const reason = isOutage ? result.reason : 'http_500';
    const as = isOutage ? 'outage' : 'other';
    const detail = { reason, ...(isOutage && { retryAfterMs: result.retryAfterMs }) };
    if (isOutage && flag === 'probe') {
      model.wait.unshift(job);
      return { ...base, to: 'wait', class: as, detail };
    }
    job.attempts += 1;
    if (job.attempts >= this.threshold) {
      model.failed.push({ job, at: now, reason });
      return { ...base, to: 'failed', class: as, detail };
    }
    return { ...base, to: 'delayed', class: as, delay: later(1_500), detail };
  }

  private count(report: Record<string, unknown> | undefined): void {
    this.heldMs += Number(report?.heldMs ?? 0);
  }

  private async look(): Promise<void> {
    const { model, rig, settings, now } = this;
    const taken = await rig.take(settings, now);
    this.count(taken.report);
    expect(taken.jobs).toEqual(model.take(settings, now));
    const ids = (jobs: readonly { id: string }[]) => jobs.map(({ id }) => id);
    expect(taken.lists).toEqual({
      wait: ids(model.wait),
      active: this.inFlight(),
      delayed: ids(model.delayed.map(({ job }) => job)).sort(),
      failed: ids(model.failed.map(({ job }) => job)),
    });
    expect(taken.hash.get('state') ?? 'open').toBe(model.phase);
    const uncounted = now - Number(taken.hash.get('counted') ?? now);
    expect(this.heldMs + uncounted).toBe(model.heldMs + model.uncounted(now));
    expect(taken.notes).toHaveLength(model.revived);
    // Nothing is ever lost.
    const kept = model.wait.length + model.active.size + model.delayed.length + model.failed.length;
    expect(kept).toBe(this.added - this.gone);
    if (model.phase === 'held') expect(taken.jobs.filter(([, flag]) => flag === 'fresh')).toEqual([]);
    // Whatever could be taken later has its look.
    if (model.phase === 'held' && model.wait.length > 0) expect(taken.next).toBeGreaterThan(now);
  }
}

test('a hold behaves as its model through outages, crashes, reloads and restarts', async ({
  open,
  prefix,
}) => {
  const client = await open('consumer');
  let run = 0;
  await fc.assert(
    fc.asyncProperty(story, async ({ threshold, settings, events }) => {
      const rig = createRig(client, prefix, `e${run++}`);
      const both = new Run(rig, settings, threshold);
      for (const each of events) await both.step(each);
    }),
    { numRuns: 40 },
  );
});
