/**
 * ImagePullJobs through the Kubernetes API.
 *
 * v1beta1 came with OpenKruise 1.9; a cluster without it is asked for v1alpha1, and that is remembered. A 404
 * says in its `details` whether the job, the namespace, or the kind is missing.
 */
import type { Clock } from '../clock.js';
import { failed } from '../failure.js';
import { fieldsOf, parsed, textOf } from '../handle.js';
import { type Answer, type Ask, type Reply, refusedBy, type TargetHttp } from '../http.js';
import { at, type Base } from '../place.js';
import type { Aborted, Failed, WarmImage } from '../target.js';
import { type JobStatus, jobStatusIn, pullJob } from './job.js';
import type { KruiseOptions } from './settings.js';

const GROUP = 'apps.kruise.io';
const VERSIONS = ['v1beta1', 'v1alpha1'] as const;

/** A job names every node that failed. */
const JOB_LIMIT = 4 * 1024 * 1024;

/** What the cluster answered. */
export type Said<Good> = Good | { kind: 'failed'; failed: Failed } | { kind: 'aborted'; aborted: Aborted };

/** ImagePullJobs of one namespace; notes which version of the API the cluster has. */
export class Cluster {
  #version: (typeof VERSIONS)[number] = 'v1beta1';

  constructor(
    private readonly http: TargetHttp,
    private readonly base: Base,
    private readonly options: KruiseOptions,
    private readonly clock: Clock,
  ) {}

  /** `host:port` */
  get place(): string {
    return this.base.place;
  }

  /** `exists`: a job of this name is there already. */
  async create(image: WarmImage, signal: AbortSignal): Promise<Said<{ kind: 'created' | 'exists' }>> {
    const reply = await this.#ask(
      (version) => ({
        method: 'POST',
        url: this.#url(version),
        json: pullJob(this.options, image, `${GROUP}/${version}`).body,
      }),
      signal,
    );
    if (reply.kind !== 'answer') return reply;
    if (reply.status >= 200 && reply.status < 300) return { kind: 'created' };
    return reply.status === 409 ? { kind: 'exists' } : { kind: 'failed', failed: this.#refused(reply) };
  }

  /** `gone`: there is no job of this name. `unknown`: the cluster did not answer that. */
  async look(
    image: WarmImage,
    signal: AbortSignal,
  ): Promise<Said<{ kind: 'job'; job: JobStatus } | { kind: 'gone' } | { kind: 'unknown'; failed: Failed }>> {
    const reply = await this.#ask(
      (version) => ({ method: 'GET', url: this.#jobUrl(version, image), bodyLimit: JOB_LIMIT }),
      signal,
    );
    if (reply.kind === 'failed') return { kind: 'unknown', failed: reply.failed };
    if (reply.kind === 'aborted') return reply;
    if (reply.status === 404) return { kind: 'gone' };
    if (reply.status !== 200) {
      const refused = this.#refused(reply);
      return { kind: reply.status === 429 || reply.status >= 500 ? 'unknown' : 'failed', failed: refused };
    }
    const job = jobStatusIn(reply.body);
    if (job !== undefined) return { kind: 'job', job };
    return {
      kind: 'unknown',
      failed: failed('answer', `${this.place}: its response is not an ImagePullJob`),
    };
  }

  /** Removes this very job, and none that took its name. */
  async remove(image: WarmImage, uid: string, signal: AbortSignal): Promise<Said<{ kind: 'removed' }>> {
    const json = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    const reply = await this.#ask(
      (version) => ({ method: 'DELETE', url: this.#jobUrl(version, image), json }),
      signal,
    );
    if (reply.kind !== 'answer') return reply;
    const done = (reply.status >= 200 && reply.status < 300) || reply.status === 404 || reply.status === 409;
    return done ? { kind: 'removed' } : { kind: 'failed', failed: this.#refused(reply) };
  }

  /** In the newest version that the cluster has. */
  async #ask(ask: (version: string) => Ask, signal: AbortSignal): Promise<Reply> {
    for (const version of VERSIONS.slice(VERSIONS.indexOf(this.#version))) {
      const reply = await this.http.ask(ask(version), signal);
      if (reply.kind === 'answer' && reply.status === 404 && missingKind(reply) === undefined) continue;
      if (reply.kind === 'answer') this.#version = version;
      return reply;
    }
    const detail = `${this.place} has no ImagePullJob of ${GROUP}; install OpenKruise in the cluster`;
    return { kind: 'failed', failed: failed('unsupported', detail) };
  }

  #refused(answer: Answer): Failed {
    const missing = answer.status === 404 ? missingKind(answer) : undefined;
    if (missing === 'namespaces') {
      return failed('absent', `${this.place} has no namespace ${this.options.namespace}; create it`);
    }
    return refusedBy(answer, this.clock.now(), wordsIn(answer.body));
  }

  #url(version: string): URL {
    const namespace = encodeURIComponent(this.options.namespace);
    return at(this.base.url, `/apis/${GROUP}/${version}/namespaces/${namespace}/imagepulljobs`);
  }

  #jobUrl(version: string, image: WarmImage): URL {
    return at(this.#url(version), `/${pullJob(this.options, image, '').name}`);
  }
}

/** What is missing, as the API names it: `namespaces`. Undefined when it does not know the kind asked for. */
function missingKind({ body }: Answer): string | undefined {
  return textOf(fieldsOf(fieldsOf(parsed(body))?.details)?.kind);
}

/** The message of a Status. */
function wordsIn(body: string): string {
  return textOf(fieldsOf(parsed(body))?.message) ?? body;
}
