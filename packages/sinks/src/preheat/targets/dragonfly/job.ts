/**
 * A job as the manager reports it, not trusted: any field may be absent, and the arguments, which hold
 * what was given as credentials, are read only to keep them out of what is shown.
 */
import { fieldsOf, listOf, numberOf, parsed, textOf } from '../handle.js';
import { canonical } from './urls.js';

/** `ended`: nothing more comes of it. */
export interface JobReport {
  ended: 'SUCCESS' | 'FAILURE' | undefined;
  /** Canonical URLs that some peer has fetched. */
  fetched: ReadonlySet<string>;
  /** Why not, by canonical URL; where several peers failed, the first one's words. */
  failures: ReadonlyMap<string, string>;
  /** The job's own error. */
  error?: string;
  /** What must not be shown of any of these texts. */
  secrets: readonly string[];
}

/** The id of a job that was begun; undefined when the answer is none of the manager's. */
export function jobIdIn(body: string): number | undefined {
  return numberOf(fieldsOf(parsed(body))?.id);
}

/** Undefined when the answer is no job. */
export function jobIn(body: string): JobReport | undefined {
  const job = fieldsOf(parsed(body));
  const state = textOf(job?.state);
  if (job === undefined || state === undefined) return undefined;
  const fetched = new Set<string>();
  const failures = new Map<string, string>();
  const errors: string[] = [];
  for (const one of listOf(fieldsOf(job.result)?.job_states).map(fieldsOf)) {
    const error = textOf(one?.error);
    if (error) errors.push(error);
    for (const result of listOf(one?.results).map(fieldsOf)) {
      for (const { url } of tasksIn(result?.success_tasks)) fetched.add(url);
      for (const { url, words } of tasksIn(result?.failure_tasks)) {
        if (!failures.has(url)) failures.set(url, words);
      }
    }
  }
  const ended = state === 'SUCCESS' || state === 'FAILURE' ? state : undefined;
  return { ended, fetched, failures, error: errors[0], secrets: secretsIn(job.args) };
}

/** What the manager says of a request that it does not take. */
export function wordsIn(body: string): string {
  const fields = fieldsOf(parsed(body));
  return textOf(fields?.message) ?? textOf(fields?.errors) ?? body;
}

function tasksIn(list: unknown): { url: string; words: string }[] {
  return listOf(list).flatMap((one) => {
    const task = fieldsOf(one);
    const url = textOf(task?.url);
    if (url === undefined) return [];
    const host = textOf(task?.hostname) ?? textOf(task?.ip) ?? 'a peer';
    return [{ url: canonical(url), words: `${host}: ${textOf(task?.description) ?? 'failed'}` }];
  });
}

function secretsIn(args: unknown): string[] {
  const fields = fieldsOf(args);
  const headers = Object.values(fieldsOf(fields?.headers) ?? {});
  return [fields?.password, ...headers.flat()].flatMap((value) => textOf(value) ?? []);
}
