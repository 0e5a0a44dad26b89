/**
 * One endpoint in this process: how many of its deliveries are in flight here, and when to look for more. It has no
 * timer, connection or command of its own while nothing is due.
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { ignore } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { isCluster, isReady } from '../connection.js';
import type { Consumer, ConsumerOptions, ConsumerSettings } from '../consumer.js';
import { createUnsettled } from '../unsettled.js';
import { within } from '../within.js';
import { lowerAgenda, moveEntry, readEntry } from './agenda.js';
import { type AttemptParts, asError, attempt, type Judged } from './attempt.js';
import { createPace } from './pace.js';
import { type SettleParts, settle } from './settler.js';
import { type Look, lookAt, type TakenJob } from './take-script.js';

/** Taken in one look: more would keep other endpoints of the process waiting. */
const MOST_AT_ONCE = 64;
/** Each takes some 0.1 ms to read and to send. */
const BEGUN_AT_ONCE = 4;
const IDLE_POLL_MS = 20;
/** Time for Redis to take the last settlements after the grace period. */
const CLOSE_MARGIN_MS = 2_000;

/** What the endpoints of a process share. */
export interface LaneParts {
  client: RedisClient;
  prefix: string;
  /** Locks what this process takes. */
  token: string;
  /** With the next write to Redis: first what has ended is settled, then come the looks. */
  settle(lane: Lane): void;
  look(lane: Lane): void;
  /** Somebody is to look at the agenda in so many milliseconds. */
  expect(ms: number): void;
  /** Looks again at the next question to the agenda: Redis has refused the last look. */
  postpone(lane: Lane): void;
}

/** A request with its verdicts; of one delivery that goes out alone the id is empty. */
interface Finished {
  jobs: readonly TakenJob[];
  judged: readonly (Judged | undefined)[];
}

const idOf = ({ jobs }: Finished): string => jobs[0]?.request ?? '';

/** See the header. */
export class Lane implements Consumer {
  readonly #grace = new AbortController();
  readonly #unsettled = createUnsettled();
  readonly #pace = createPace();
  /** Taken and not settled, by id. */
  readonly #locked = new Map<string, TakenJob>();
  readonly #finished: Finished[] = [];
  #settings: ConsumerSettings;
  #settingsJson: string;
  #inFlight = 0;
  #settling = 0;
  #looking = false;
  #again = false;
  #wantsSlots = false;
  #closing = false;
  #ended = false;

  constructor(
    private readonly parts: LaneParts,
    private readonly options: ConsumerOptions,
    private readonly onClose: (lane: Lane) => () => void,
  ) {
    const { take, delivered } = options;
    this.#settings = { take, delivered };
    this.#settingsJson = JSON.stringify(take);
  }

  get endpoint(): string {
    return this.options.endpoint;
  }

  /** Ids of what this process has taken and not settled yet. */
  get locked(): readonly string[] {
    return [...this.#locked.keys()];
  }

  /** Ids of the requests that these are in, where one holds several. */
  get requests(): readonly string[] {
    return [...new Set(Array.from(this.#locked.values(), ({ request }) => request))].filter(Boolean);
  }

  /** Looks now, unless a look is on its way or no slot is free; then it looks after that. Never rejects. */
  look(): void {
    if (this.#closing) return;
    if (this.#pace.waitMs() > 0) {
      this.parts.postpone(this);
      return;
    }
    if (this.#looking) {
      this.#again = true;
      return;
    }
    const { concurrency, batch } = this.#settings.take;
    const most = Math.ceil(MOST_AT_ONCE / (batch?.events ?? 1));
    const free = Math.min(concurrency - this.#inFlight, most);
    if (free <= 0) {
      this.#wantsSlots = true;
      return;
    }
    this.#looking = true;
    this.#again = false;
    void this.#lookFor(free).finally(() => {
      this.#looking = false;
      if (this.#again) this.parts.look(this);
    });
  }

  update({ take, delivered }: ConsumerSettings): void {
    this.#settings = { take, delivered };
    this.#settingsJson = JSON.stringify(take);
    this.parts.look(this);
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const gone = this.onClose(this);
    await within(this.#untilIdle(), graceMs);
    this.#grace.abort();
    // While Redis is unavailable the last settlements cannot be written: they wait for it in the shared connection.
    const margin = this.#busy() ? CLOSE_MARGIN_MS : 0;
    await within(this.#untilIdle(), margin);
    this.#ended = true;
    gone();
  }

  /** With Redis there, also what it has not answered yet. */
  #busy(): boolean {
    if (this.#inFlight + this.#settling > 0) return true;
    return this.#looking && isReady(this.parts.client);
  }

  async #untilIdle(): Promise<void> {
    while (this.#busy() && !this.#ended) await pause(IDLE_POLL_MS);
  }

  async #lookFor(free: number): Promise<void> {
    const { client, prefix, token } = this.parts;
    const { endpoint } = this;
    try {
      const seen = isCluster(client) ? await readEntry(client, prefix, endpoint) : undefined;
      const look = await lookAt(client, prefix, { endpoint, token, free, settings: this.#settingsJson });
      this.#pace.answered();
      this.#takeOver(look, free);
      if (seen !== undefined) await moveEntry(client, prefix, endpoint, seen, look.nextMs);
    } catch (error) {
      this.#pace.refused();
      this.parts.postpone(this);
      this.#onError(error);
    }
  }

  #takeOver({ wantsSlots, nextMs, stalled, reports, jobs }: Look, free: number): void {
    this.#wantsSlots = wantsSlots;
    for (const id of stalled) this.options.onStalled(id);
    for (const report of reports) this.options.onReport?.(report);
    const requests = requestsOf(jobs);
    void this.#start(requests);
    if (wantsSlots && requests.length === free) this.#again = true;
    if (nextMs !== undefined) this.parts.expect(nextMs);
  }

  /** Locked at once, begun a few in each turn of the event loop: what other endpoints wait for comes in between. */
  async #start(requests: readonly (readonly TakenJob[])[]): Promise<void> {
    this.#inFlight += requests.length;
    for (const job of requests.flat()) this.#locked.set(job.id, job);
    for (let at = 0; at < requests.length; at += BEGUN_AT_ONCE) {
      if (at > 0) await nextTurn();
      for (const request of requests.slice(at, at + BEGUN_AT_ONCE)) void this.#run(request);
    }
  }

  async #run(jobs: readonly TakenJob[]): Promise<void> {
    const judged = this.#closing
      ? jobs.map((): Judged => ({ verdict: { settle: 'released' } }))
      : await attempt(this.#attemptParts(), jobs);
    this.#finished.push({ jobs, judged });
    this.parts.settle(this);
  }

  /** Settles what has ended: deliveries that went out alone in one step, each request with several in its own. */
  settleFinished(): void {
    const finished = this.#finished.splice(0);
    this.#inFlight -= finished.length;
    if (this.#wantsSlots) this.parts.look(this);
    const alone = finished.filter((one) => idOf(one) === '');
    if (alone.length > 0) void this.#settle('', alone);
    for (const one of finished) if (idOf(one) !== '') void this.#settle(idOf(one), [one]);
  }

  async #settle(id: string, finished: readonly Finished[]): Promise<void> {
    const members = finished.flatMap(({ jobs, judged }) =>
      jobs.flatMap((job, n) => {
        const one = judged[n];
        return one ? [{ job, judged: one }] : [];
      }),
    );
    this.#settling += 1;
    const settled = members.length > 0 || id !== '' ? await settle(this.#settleParts(), { id, members }) : [];
    this.#settling -= 1;
    for (const job of finished.flatMap(({ jobs }) => jobs)) this.#unlock(job);
    for (const { reports, nextMs } of settled) {
      for (const report of reports) this.options.onReport?.(report);
      if (nextMs === undefined) continue;
      this.#lowerBeside(nextMs);
      if (nextMs > 0) this.parts.expect(nextMs);
      else this.parts.look(this);
    }
  }

  /** In a Cluster the agenda is in another slot than what was settled. */
  #lowerBeside(ms: number): void {
    const { client, prefix } = this.parts;
    // The leader finds what is lost here.
    if (isCluster(client)) lowerAgenda(client, prefix, this.endpoint, ms).catch(ignore('queue.agenda'));
  }

  /** The same job may have been taken again meanwhile. */
  #unlock(job: TakenJob): void {
    if (this.#locked.get(job.id) === job) this.#locked.delete(job.id);
  }

  #attemptParts(): AttemptParts {
    const { client, prefix, token } = this.parts;
    const { endpoint, handle, handleBatch, unreadable } = this.options;
    const options = {
      endpoint,
      handle,
      handleBatch,
      unreadable,
      onError: (error: Error) => this.#onError(error),
    };
    return { client, prefix, token, options, unsettled: this.#unsettled, signal: this.#grace.signal };
  }

  #settleParts(): SettleParts {
    const { delivered } = this.#settings;
    return { ...this.#attemptParts(), delivered, settings: this.#settingsJson };
  }

  #onError(error: unknown): void {
    if (!this.#ended) this.options.onError(asError(error));
  }
}

/** What goes out together. */
function requestsOf(jobs: readonly TakenJob[]): TakenJob[][] {
  const requests = new Map<string, TakenJob[]>();
  for (const job of jobs) {
    const name = job.request || job.id;
    const request = requests.get(name);
    if (request) request.push(job);
    else requests.set(name, [job]);
  }
  return [...requests.values()];
}
