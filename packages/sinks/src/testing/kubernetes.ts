/**
 * The part of a Kubernetes API that ImagePullJobs need, with OpenKruise's controller played by the test: names
 * are unique, a missing kind is told apart from a missing namespace, a deletion waits for its finalizer.
 */
import { randomUUID } from 'node:crypto';
import { type Received, type Receiver, receiver } from './receiver.js';

/** A job as it is kept. */
export interface FakePullJob {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; uid: string; deletionTimestamp?: string };
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}

export interface ClusterScript {
  /** Served versions of apps.kruise.io. Default both. */
  versions?: readonly string[];
  /** Answers in place of the API: status, body, headers. */
  instead?: (
    request: Received,
    nth: number,
  ) => [status: number, body: object | string, headers?: Record<string, string>] | undefined;
  /** A deletion is done only after so many looks. Default: at once. */
  finalizer?: number;
}

export interface FakeCluster extends Receiver {
  base: string;
  jobs: Map<string, FakePullJob>;
  /** Method and path of each request. */
  asked(): string[];
  /** Completes all jobs with this status. */
  complete(status: Record<string, unknown>): void;
}

const PATH = /^\/apis\/apps\.kruise\.io\/(\w+)\/namespaces\/([\w-]+)\/imagepulljobs(?:\/([\w-]+))?$/;

/** Starts an API with the namespace `preheat`. `tls` makes it https. */
export async function kubernetes(
  script: ClusterScript = {},
  tls?: { cert: string; key: string },
): Promise<FakeCluster> {
  const { versions = ['v1beta1', 'v1alpha1'], instead, finalizer = 0 } = script;
  const jobs = new Map<string, FakePullJob>();
  let looksLeft = 0;
  const leave = (name: string) => {
    const job = jobs.get(name);
    if (job?.metadata.deletionTimestamp !== undefined && looksLeft-- <= 0) jobs.delete(name);
  };
  const server = await receiver((response, request, nth) => {
    const answer = (status: number, body: object | string, headers: Record<string, string> = {}) => {
      response.writeHead(status, {
        'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
        ...headers,
      });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const scripted = instead?.(request, nth);
    if (scripted !== undefined) return answer(...scripted);
    const [, version = '', namespace = '', name] = PATH.exec(request.url) ?? [];
    if (!versions.includes(version)) return answer(404, '404 page not found\n');
    if (request.method === 'POST') {
      if (namespace !== 'preheat') return answer(404, status(404, 'NotFound', 'namespaces', namespace));
      const job: FakePullJob = JSON.parse(request.body);
      leave(job.metadata.name);
      if (jobs.has(job.metadata.name))
        return answer(409, status(409, 'AlreadyExists', 'imagepulljobs', job.metadata.name));
      job.metadata.uid = randomUUID();
      job.status = { desired: 0 };
      jobs.set(job.metadata.name, job);
      return answer(201, job);
    }
    const job = jobs.get(name ?? '');
    if (job === undefined) return answer(404, status(404, 'NotFound', 'imagepulljobs', name ?? ''));
    if (request.method === 'DELETE') {
      const { preconditions }: { preconditions: { uid: string } } = JSON.parse(request.body);
      if (preconditions.uid !== job.metadata.uid)
        return answer(409, status(409, 'Conflict', 'imagepulljobs', job.metadata.name));
      job.metadata.deletionTimestamp = new Date().toISOString();
      looksLeft = finalizer;
      leave(job.metadata.name);
    }
    return answer(200, job);
  }, tls);
  return Object.assign(server, {
    base: `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}`,
    jobs,
    asked: () => server.requests.map(({ method, url }) => `${method} ${url}`),
    complete: (end: Record<string, unknown>) => {
      for (const job of jobs.values()) job.status = { ...end, completionTime: new Date().toISOString() };
    },
  });
}

/** As the API tells what it does not do. */
function status(code: number, reason: string, kind: string, name: string): object {
  const message = `${kind} "${name}" ${code === 404 ? 'not found' : 'already exists'}`;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message,
    reason,
    details: { name, kind },
    code,
  };
}
