/**
 * The manager's open API, as far as preheating needs it. Never `/api/v1`, which is the console's and took anybody
 * until 2.4.1 (CVE-2026-24124), and never a token in the URL, which ends in logs.
 */
import { maskFor } from '../../../http/answer-text.js';
import type { Clock } from '../clock.js';
import { failed } from '../failure.js';
import { fieldsOf, listOf, parsed, textOf } from '../handle.js';
import { type Answer, refusedBy, type TargetHttp } from '../http.js';
import { at, type Base } from '../place.js';
import type { Aborted, Failed, WarmImage } from '../target.js';
import { type JobReport, jobIdIn, jobIn, wordsIn } from './job.js';
import { rejectedBy } from './rejection.js';
import { distributionBody, type JobArguments, preheatBody } from './request.js';
import type { DragonflyOptions } from './settings.js';
import { canonical, manifestUrl } from './urls.js';
import type { JobEnd } from './verdict.js';

/** A job's result names every blob and peer. */
const JOB_LIMIT = 8 * 1024 * 1024;

const JOBS = '/oapi/v1/jobs';

/** Milliseconds after which the manager's rate limit, 10 jobs a second and cluster, lets more in. */
const PAUSE_MS = 1_000;

/** What became of the request for a job. */
export type Begun =
  | { kind: 'begun'; id: number }
  /** No job will come of this manifest now. */
  | { kind: 'refused'; failed: Failed }
  /** The manager is unavailable, rejects the token or asks for a pause: nothing is known about the manifest. */
  | { kind: 'later'; failed: Failed }
  | { kind: 'aborted'; aborted: Aborted };

/** How a job stands. */
export type Looked = JobEnd | 'running' | { unknown: Failed } | Failed | Aborted;

type Wanted = Omit<JobArguments, 'url'> & { digest: string };

/** Jobs of the manager: begins them and checks them. Stores nothing. */
export class Manager {
  constructor(
    private readonly http: TargetHttp,
    private readonly base: Base,
    private readonly options: DragonflyOptions,
    private readonly clock: Clock,
  ) {}

  /** `host:port` */
  get place(): string {
    return this.base.place;
  }

  /** What the manager gets for the registry. Undefined: nothing. */
  async authorizationFor(image: WarmImage): Promise<string | undefined | Failed> {
    const { credentials } = this.options;
    if (credentials === false) return undefined;
    try {
      return await image.registryAuthorization?.({ lasting: credentials === true });
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it is unavailable';
      return failed('credentials', `no pull token for ${image.repository}: ${why}`);
    }
  }

  async begin(image: WarmImage, wanted: Wanted, signal: AbortSignal): Promise<Begun> {
    const json = preheatBody(this.options, this.#argumentsOf(image, wanted));
    const secrets = wanted.authorization === undefined ? [] : [wanted.authorization];
    const reply = await this.http.ask(
      { method: 'POST', url: at(this.base.url, JOBS), json, secrets },
      signal,
    );
    if (reply.kind === 'aborted') return reply;
    if (reply.kind === 'failed') return { kind: 'later', failed: reply.failed };
    if ([401, 403, 429, 503].includes(reply.status)) {
      return { kind: 'later', failed: this.#notNow(reply) };
    }
    if (reply.status < 200 || reply.status >= 300) {
      return { kind: 'refused', failed: rejectedBy(reply, this.clock.now()) };
    }
    const id = jobIdIn(reply.body);
    if (id !== undefined) return { kind: 'begun', id };
    const detail = `${reply.place} answered ${reply.status} without a job; check that the target’s url is Dragonfly’s manager`;
    return { kind: 'refused', failed: failed('answer', detail) };
  }

  async look(id: number, signal: AbortSignal): Promise<Looked> {
    const reply = await this.http.ask(
      { method: 'GET', url: at(this.base.url, `${JOBS}/${id}`), bodyLimit: JOB_LIMIT },
      signal,
    );
    if (reply.kind === 'aborted') return reply.aborted;
    if (reply.kind === 'failed') return { unknown: reply.failed };
    if (reply.status === 404) {
      return { trouble: failed('job', `${reply.place}: job ${id} no longer exists; it was deleted`) };
    }
    const refused =
      reply.status === 200 ? undefined : refusedBy(reply, this.clock.now(), wordsIn(reply.body));
    if (refused !== undefined)
      return reply.status === 429 || reply.status >= 500 ? { unknown: refused } : refused;
    const report = jobIn(reply.body);
    if (report === undefined) {
      return { unknown: failed('answer', `${reply.place}: job ${id} cannot be read from its answer`) };
    }
    return report.ended === undefined ? 'running' : { report: shownReport(report, reply) };
  }

  /** Canonical URLs that some peer holds, seeds not counted. Empty when the manager does not report them. */
  async held(image: WarmImage, wanted: Wanted, signal: AbortSignal): Promise<string[]> {
    const json = distributionBody(this.options, this.#argumentsOf(image, wanted), this.options.timeout);
    const reply = await this.http.ask(
      { method: 'POST', url: at(this.base.url, JOBS), json, bodyLimit: JOB_LIMIT },
      signal,
    );
    if (reply.kind !== 'answer' || reply.status !== 200) return [];
    return listOf(fieldsOf(parsed(reply.body))?.peers)
      .flatMap((peer) => listOf(fieldsOf(peer)?.cached_layers))
      .flatMap((layer) => textOf(fieldsOf(layer)?.url) ?? [])
      .map(canonical);
  }

  /** Base url under which nodes pull. */
  baseFor({ registry }: WarmImage): string {
    return this.options.registry ?? registry;
  }

  #notNow(reply: Answer): Failed {
    const now = this.clock.now();
    const wait = refusedBy(reply, now, wordsIn(reply.body));
    return reply.status === 429 ? { ...wait, notBefore: wait.notBefore ?? now + PAUSE_MS } : wait;
  }

  #argumentsOf(image: WarmImage, { digest, platform, authorization }: Wanted): JobArguments {
    return { url: manifestUrl(this.baseFor(image), image, digest), platform, authorization };
  }
}

/** With words that may be seen: the job's arguments hold what the registry was asked with. */
function shownReport(report: JobReport, answer: Answer): JobReport {
  const mask = maskFor(report.secrets);
  const show = (words: string) => answer.show(mask(words));
  const failures = new Map([...report.failures].map(([url, words]) => [url, show(words)]));
  return { ...report, failures, ...(report.error !== undefined && { error: show(report.error) }) };
}
