/**
 * What a hold does, as the contract has it, in plain TypeScript and without Redis: the reference for the property test.
 * It is written for reading, not for speed: what is to be revived is searched for each time.
 */
import { troubleOf } from '@longshore/event';
import type { RigSettings } from './rig.js';

/** A delivery. */
export interface ModelJob {
  id: string;
  attempts: number;
  wasRevived: boolean;
}

/** How it was taken. */
export type ModelFlag = 'fresh' | 'retry' | 'probe' | 'revived';

/** What came of an attempt. `refused`: an answer that is no outage. */
export type ModelResult =
  | { kind: 'delivered' }
  | { kind: 'outage'; reason: string; retryAfterMs?: number }
  | { kind: 'refused' }
  | { kind: 'ours'; ms: number }
  | { kind: 'unasked' };

const RAMP_MS = 1_000;

export class HoldModel {
  readonly wait: ModelJob[] = [];
  readonly active = new Map<string, { job: ModelJob; flag: ModelFlag }>();
  delayed: { job: ModelJob; due: number }[] = [];
  failed: { job: ModelJob; at: number; reason: string }[] = [];
  phase: 'open' | 'held' | 'recovering' = 'open';
  /** Milliseconds in which it was held. */
  heldMs = 0;
  revived = 0;
  private failures = 0;
  /** The outage since the last delivery: when it began, and whether it was ever held. */
  private row: { from: number; held: boolean } | undefined;
  private isOver = false;
  private since = 0;
  private heldFrom = 0;
  private delay: number | undefined;
  private probeAt = 0;
  private probe: string | undefined;
  private probeAgain = false;
  private urls = new Set<string>();
  private until = 0;
  private ours = 0;
  private paused: number | undefined;
  private level = 1;
  private rampAt = 0;
  /** Outages that are over, and of which dead ones may be left. */
  private windows: { from: number; to: number }[] = [];

  /** @returns what is taken, in order */
  take(settings: RigSettings, now: number): [id: string, flag: ModelFlag][] {
    const { hold, concurrency } = settings;
    if (this.phase === 'held' && (!hold || now >= this.since + hold.forMs))
      this.giveUp(hold !== undefined, now);
    if (this.phase === 'held' && hold?.url) this.learnUrl(hold.url, now);
    if (this.phase === 'held') this.putDeferredBack(now);
    const wasHeld = this.phase === 'held';
    const limit = this.phase === 'recovering' ? this.ramp(settings, now) : concurrency;
    const taken: [string, ModelFlag][] = [];
    const canProbe = wasHeld && this.preparesProbe(now);
    if (now < Math.max(this.until, this.ours)) return taken;
    const start = (job: ModelJob, flag: ModelFlag): void => {
      this.active.set(job.id, { job, flag });
      taken.push([job.id, flag]);
    };
    const hasRoom = (): boolean => this.active.size < limit;
    if (canProbe && hasRoom()) {
      const job = this.wait.shift();
      if (job) start(job, 'probe');
      this.probe = job?.id;
    }
    while (hasRoom()) {
      const next = this.dueRetries(now)[0];
      if (!next) break;
      this.delayed.splice(this.delayed.indexOf(next), 1);
      start(next.job, 'retry');
    }
    while (!wasHeld && hasRoom()) {
      const job = this.wait.shift();
      if (!job) break;
      start(job, 'fresh');
    }
    while (this.phase === 'recovering' && this.revives(settings) && hasRoom()) {
      const job = this.reviveOldest(this.windows);
      if (job) start(job, 'revived');
      else this.windows = [];
      if (!job) break;
    }
    return taken;
  }

  settle(settings: RigSettings, now: number, id: string, result: ModelResult): void {
    const isProbe = this.probe === id;
    if (isProbe) this.afterProbe(settings, now, result);
    this.active.delete(id);
    if (result.kind === 'delivered') this.delivered(settings, now);
    else if (result.kind === 'refused') this.refused(now);
    else if (result.kind === 'outage') this.failedBy(settings, now, result, isProbe);
    else if (result.kind === 'ours') this.ours = Math.max(this.ours, now + result.ms);
  }

  /** Its process died; it waits again, and another probe may be made. */
  crash(id: string): void {
    const job = this.active.get(id)?.job;
    this.active.delete(id);
    if (job) this.wait.unshift(job);
    if (this.probe === id) this.probe = undefined;
  }

  /** `longshore resume`. */
  release(now: number): void {
    this.until = 0;
    this.ours = 0;
    if (this.phase !== 'held') return;
    this.delay = undefined;
    this.probeAt = now;
    this.probeAgain = this.probe !== undefined;
  }

  private learnUrl(url: string, now: number): void {
    if (this.urls.has(url)) return;
    if (this.urls.size > 0) this.release(now);
    this.urls.add(url);
  }

  private putDeferredBack(now: number): void {
    const due = this.delayed.filter((each) => each.due <= now && each.job.attempts === 0).sort(byDue);
    this.delayed = this.delayed.filter((each) => !due.includes(each));
    this.wait.unshift(...due.map(({ job }) => job));
  }

  private dueRetries(now: number) {
    return this.delayed.filter(({ due }) => due <= now).sort(byDue);
  }

  /** Whether a probe is to be made. Where nothing waits, the oldest that died of this outage waits again. */
  private preparesProbe(now: number): boolean {
    if (this.probe !== undefined || now < Math.max(this.probeAt, this.until, this.ours)) return false;
    if (this.dueRetries(now).length > 0) return false;
    if (this.wait.length > 0) return true;
    const open = this.row ? [{ from: this.row.from, to: now - 1 }] : [];
    const job = this.reviveOldest([...this.windows, ...open]);
    if (job) this.wait.push(job);
    return job !== undefined;
  }

  private reviveOldest(windows: readonly { from: number; to: number }[]): ModelJob | undefined {
    for (const { from, to } of windows) {
      const at = this.failed.findIndex(
        (dead) =>
          dead.at >= from && dead.at <= to && troubleOf(dead.reason) === 'outage' && !dead.job.wasRevived,
      );
      const [dead] = at < 0 ? [] : this.failed.splice(at, 1);
      if (!dead) continue;
      this.revived += 1;
      dead.job.attempts = 0;
      dead.job.wasRevived = true;
      return dead.job;
    }
    return undefined;
  }

  private revives({ hold }: RigSettings): boolean {
    return hold?.revive === true && !this.row?.held;
  }

  /** @returns how many may be in flight */
  private ramp(settings: RigSettings, now: number): number {
    const { concurrency, hold } = settings;
    if (!hold?.revive) this.windows = [];
    for (; this.level < concurrency && now - this.rampAt >= RAMP_MS; this.rampAt += RAMP_MS) this.level *= 2;
    const isFull = this.level >= concurrency;
    if (isFull && !(this.revives(settings) && this.windows.length > 0)) this.phase = 'open';
    return Math.min(this.level, concurrency);
  }

  private giveUp(isOn: boolean, now: number): void {
    this.heldMs += now - this.heldFrom;
    this.phase = 'open';
    this.isOver = isOn;
    this.failures = 0;
    this.probe = undefined;
    this.probeAgain = false;
  }

  private afterProbe({ hold }: RigSettings, now: number, result: ModelResult): void {
    this.probe = undefined;
    if (this.phase !== 'held' || result.kind === 'delivered' || result.kind === 'refused') return;
    if (result.kind === 'unasked') return;
    if (result.kind === 'outage' && hold) {
      this.delay = Math.min(this.delay === undefined ? hold.probeMs : this.delay * 2, hold.maxProbeMs);
    }
    this.probeAt = this.probeAgain ? now : now + (this.delay ?? 1_000);
    this.probeAgain = false;
  }

  private delivered({ hold }: RigSettings, now: number): void {
    this.unpause(now);
    if (this.phase === 'held') this.end(now);
    if (this.row?.held && hold?.revive) {
      this.windows.push({ from: this.row.from, to: now });
      if (this.phase === 'open') this.startRamp(now);
    }
    this.row = undefined;
    this.failures = 0;
    this.isOver = false;
  }

  private refused(now: number): void {
    this.unpause(now);
    if (this.phase === 'held') this.end(now);
    this.failures = 0;
  }

  private failedBy(
    settings: RigSettings,
    now: number,
    { retryAfterMs }: Extract<ModelResult, { kind: 'outage' }>,
    isProbe: boolean,
  ): void {
    const { hold, maxBackoffMs } = settings;
    this.row ??= { from: now, held: false };
    if (retryAfterMs !== undefined) {
      this.until = Math.max(this.until, now + Math.min(retryAfterMs, maxBackoffMs));
      if (this.phase !== 'held') this.paused ??= now;
    }
    if (this.phase === 'held' && hold) {
      if (!isProbe) this.probeAt = this.probeAgain ? now : now + (this.delay ?? hold.probeMs);
      return;
    }
    if (this.phase === 'recovering') this.rampAt = now;
    this.failures += 1;
    if (!hold || this.isOver || this.failures < hold.after) return;
    this.phase = 'held';
    this.since = this.paused ?? now;
    this.heldFrom = this.since;
    this.row.held = true;
    this.delay = hold.probeMs;
    this.probeAt = now + hold.probeMs;
    this.urls = new Set(hold.url ? [hold.url] : []);
    this.paused = undefined;
  }

  private end(now: number): void {
    this.heldMs += now - this.heldFrom;
    this.startRamp(now);
    this.probe = undefined;
    this.probeAgain = false;
  }

  private startRamp(now: number): void {
    this.phase = 'recovering';
    this.level = 1;
    this.rampAt = now;
  }

  private unpause(now: number): void {
    if (this.paused === undefined || now < this.until) return;
    if (this.phase === 'open') this.heldMs += (this.until || now) - this.paused;
    this.paused = undefined;
    this.until = 0;
  }

  /** How long it is held that no report says yet. */
  uncounted(now: number): number {
    return this.phase === 'held' ? now - this.heldFrom : 0;
  }
}

type Delayed = HoldModel['delayed'][number];

const byDue = (a: Delayed, b: Delayed): number => a.due - b.due || (a.job.id < b.job.id ? -1 : 1);
