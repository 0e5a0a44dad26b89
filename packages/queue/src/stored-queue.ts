/** BullMQ's queue, whose jobs have their bodies when somebody reads them: a board shows what is delivered. */
import { ignore } from '@longshore/event';
import { type Job, Queue } from 'bullmq';
import { aboutOf } from './body/body.js';
import { readJob } from './body/read.js';
import type { RedisClient } from './connection.js';
import { decodeJob, type JobData, settlementFrom } from './job.js';
import { lowerAgenda } from './take/agenda.js';

/** See the header. Adds, moves and removes as BullMQ's own, but refuses what would part a job from its body. */
export class StoredQueue extends Queue<JobData> {
  constructor(
    private readonly stored: { client: RedisClient; prefix: string; endpoint: string },
    ...[name, options]: ConstructorParameters<typeof Queue<JobData>>
  ) {
    super(name, options);
  }

  override async getJobs(...args: Parameters<Queue<JobData>['getJobs']>): Promise<Job<JobData>[]> {
    const jobs = await super.getJobs(...args);
    await Promise.all(jobs.map((job) => job && this.#fill(job)));
    return jobs;
  }

  override async getJob(id: string): Promise<Job<JobData> | undefined> {
    const job = await super.getJob(id);
    if (job) await this.#fill(job);
    return job;
  }

  override async resume(): Promise<void> {
    await super.resume();
    await this.#wake();
  }

  /** What a board did is seen by workers at once; best effort, as the leader finds it too. */
  async #wake(): Promise<void> {
    const { client, prefix, endpoint } = this.stored;
    await lowerAgenda(client, prefix, endpoint).catch(ignore('queue.agenda'));
  }

  /** What cannot be read stays as it is stored. */
  async #fill(job: Job<JobData>): Promise<void> {
    protect(job, () => this.#wake());
    const { id = '', data, returnvalue } = job;
    const { body } = await readJob(this.stored.client, this.toKey(id), ['data']);
    const decoded = decodeJob(id, '', data, body);
    const { about } = settlementFrom(JSON.stringify(returnvalue ?? null));
    if (!('fault' in decoded)) {
      const { event, text } = decoded.payload;
      job.data = { ...aboutOf(decoded), payload: { event, ...(text !== undefined && { text }) } };
    } else if (about) job.data = { ...about, payload: {} };
  }
}

/** Its data names its body, and a delivered job has none any more. */
function protect(job: Job<JobData>, wake: () => Promise<void>): void {
  const retry = job.retry.bind(job);
  const promote = job.promote.bind(job);
  job.promote = async () => {
    await promote();
    await wake();
  };
  job.retry = async (state, options) => {
    if (state === 'completed') {
      throw new Error('a delivered event cannot be retried: its body is not kept; send the event again');
    }
    await retry(state, options);
    await wake();
  };
  job.updateData = async () => {
    throw new Error('the data of a delivery cannot be changed; drop it and send another event');
  };
}
