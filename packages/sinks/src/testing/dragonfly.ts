/**
 * Dragonfly's manager as the tests need it: `/oapi/v1/jobs` with its statuses and bodies. As the real one, it
 * keeps a job's arguments with their credentials and shows them to whoever asks.
 */
import { type Received, type Receiver, receiver } from './receiver.js';

/** A job, with what it was begun with. */
export interface FakeJob {
  id: number;
  type: string;
  state: string;
  args: JobArgs;
  scheduler_cluster_ids?: number[];
  result?: object;
}

export interface JobArgs {
  type?: string;
  url: string;
  platform?: string;
  headers?: Record<string, string>;
  [name: string]: unknown;
}

export interface ManagerScript {
  /** An answer in place of the manager's own: of a POST. Status and body. */
  refuse?: (
    args: JobArgs,
    nth: number,
  ) => [status: number, body: object | string, headers?: Record<string, string>] | undefined;
  /** The state and result that a look at a job shows; `nth` counts the looks at all jobs from 1. */
  look?: (job: FakeJob, nth: number) => Partial<FakeJob> | [status: number, body: object | string];
  /** Answer of `get_image_distribution`. */
  distribution?: object;
  /** `false`: takes any token, and none. */
  token?: boolean;
}

export interface FakeManager extends Receiver {
  base: string;
  jobs: FakeJob[];
  posts(): Received[];
}

/** Starts a manager that takes the token `df-token`. */
export async function dragonflyManager(
  { refuse, look, distribution, token = true }: ManagerScript = {},
  tls?: { cert: string; key: string },
): Promise<FakeManager> {
  const jobs: FakeJob[] = [];
  let posts = 0;
  let looks = 0;
  const server = await receiver((response, { method, url, headers, body }) => {
    const answer = (status: number, content: object | string, more: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...more });
      response.end(typeof content === 'string' ? content : JSON.stringify(content));
    };
    if (token && headers.authorization !== 'Bearer df-token') return answer(401, { message: 'unauthorized' });
    if (method === 'POST' && url === '/oapi/v1/jobs') {
      const wanted: { type: string; args: JobArgs; scheduler_cluster_ids?: number[] } = JSON.parse(body);
      const refusal = refuse?.(wanted.args, ++posts);
      if (refusal !== undefined) return answer(...refusal);
      if (wanted.type === 'get_image_distribution')
        return answer(200, distribution ?? { image: {}, peers: [] });
      const job: FakeJob = { id: 100 + jobs.length, state: 'PENDING', ...wanted };
      jobs.push(job);
      return answer(200, { ...job, task_id: 'group_0', result: null });
    }
    const [, id] = /^\/oapi\/v1\/jobs\/(\d+)$/.exec(url) ?? [];
    const job = jobs.find((one) => String(one.id) === id);
    if (method !== 'GET' || job === undefined) return answer(404, { message: 'record not found' });
    const seen = look?.(job, ++looks) ?? {};
    return Array.isArray(seen) ? answer(...seen) : answer(200, { ...job, ...seen });
  }, tls);
  return Object.assign(server, {
    base: `http://127.0.0.1:${server.port}`,
    jobs,
    posts: () => server.requests.filter(({ method }) => method === 'POST'),
  });
}

/** A result in which a peer has fetched these URLs, and failed the others with a description. */
export function aResult(fetched: readonly string[], failures: Readonly<Record<string, string>> = {}): object {
  const peer = { hostname: 'seed-0', ip: '10.0.0.7' };
  return {
    group_uuid: 'group_0',
    state: 'SUCCESS',
    job_states: [
      {
        task_uuid: 'task_0',
        state: 'SUCCESS',
        error: '',
        results: [
          {
            success_tasks: fetched.map((url) => ({ url, ...peer })),
            failure_tasks: Object.entries(failures).map(([url, description]) => ({
              url,
              ...peer,
              description,
            })),
            scheduler_cluster_id: 1,
          },
        ],
      },
    ],
  };
}
