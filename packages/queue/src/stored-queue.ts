/** BullMQ's queue, whose jobs have their bodies when somebody reads them: a board shows what is delivered. */
import { ignore } from '@longshore/event';
import type { Job, Queue } from 'bullmq';
import { aboutOf } from './body/body.js';
import { readJob } from './body/read.js';
import { bullmq } from './bullmq.js';
import type { RedisClient } from './connection.js';
import { decodeJob, type JobData, settlementFrom } from './job.js';
import { lowerAgenda } from './take/agenda.js';

/** Where a queue's jobs and their bodies are. */
export interface Stored {
  client: RedisClient;
  prefix: string;
  endpoint: string;
}

type QueueArguments = ConstructorParameters<typeof Queue<JobData>>;

/** See the header. Adds, moves and removes as BullMQ's own, but refuses what would part a job from its body. */
export function openStoredQueue(stored: Stored, ...[name, options]: QueueArguments): Queue<JobData> {
  StoredQueue ??= storedQueueClass();
  return new StoredQueue(stored, name, options);
}

let StoredQueue: ReturnType<typeof storedQueueClass> | undefined;

/** Made with the first queue: a class needs its base, and BullMQ is loaded on use. */
function storedQueueClass() {
  return class extends bullmq().Queue<JobData> {
    readonly #stored: Stored;

    constructor(stored: Stored, ...[name, options]: QueueArguments) {
      super(name, options);
      this.#stored = stored;
    }

    override async getJobs(...args: Parameters<Queue<JobData>['getJobs']>): Promise<Job<JobData>[]> {
      const jobs = await super.getJobs(...args);
      await Promise.all(jobs.map((job) => job && fill(this, this.#stored, job)));
      return jobs;
    }

    override async getJob(id: string): Promise<Job<JobData> | undefined> {
      const job = await super.getJob(id);
      if (job) await fill(this, this.#stored, job);
      return job;
    }

    override async resume(): Promise<void> {
      await super.resume();
      await wake(this.#stored);
    }
  };
}

/** What a board did is seen by workers at once; best effort, as the leader finds it too. */
async function wake({ client, prefix, endpoint }: Stored): Promise<void> {
  await lowerAgenda(client, prefix, endpoint).catch(ignore('queue.agenda'));
}

/** What cannot be read stays as it is stored. */
async function fill(queue: Queue<JobData>, stored: Stored, job: Job<JobData>): Promise<void> {
  protect(job, () => wake(stored));
  const { id = '', data, returnvalue } = job;
  const { body } = await readJob(stored.client, queue.toKey(id), ['data']);
  const decoded = decodeJob(id, '', data, body);
  const { about } = settlementFrom(JSON.stringify(returnvalue ?? null));
  if (!('fault' in decoded)) {
    const { event, text } = decoded.payload;
    job.data = { ...aboutOf(decoded), payload: { event, ...(text !== undefined && { text }) } };
  } else if (about) job.data = { ...about, payload: {} };
}

/** Its data names its body, and a delivered job has none any more. */
function protect(job: Job<JobData>, wakeUp: () => Promise<void>): void {
  const retry = job.retry.bind(job);
  const promote = job.promote.bind(job);
  job.promote = async () => {
    await promote();
    await wakeUp();
  };
  job.retry = async (state, options) => {
    if (state === 'completed') {
      throw new Error('a delivered event cannot be retried: its body is not kept; send the event again');
    }
    await retry(state, options);
    await wakeUp();
  };
  job.updateData = async () => {
    throw new Error('the data of a delivery cannot be changed; drop it and send another event');
  };
}
