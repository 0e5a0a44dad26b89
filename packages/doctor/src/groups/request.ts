/** One request of the doctor, under the rules of egress, with the system's certificates. */
import type { Config } from '@longshore/config';
import { createFetch, systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';

/** An answer, as far as it is needed. */
export interface Answer {
  status: number;
  /** Where a redirect leads. */
  location?: string;
  /** Epoch milliseconds, of the header `Date`. */
  date?: number;
  body: string;
}

/** Of longer answers the rest is not looked at. */
const BODY_LENGTH = 1_000_000;

/** @throws what fetch throws @param timeout milliseconds */
export async function request(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: string },
  { config, timeout }: { config: Config; timeout: number },
): Promise<Answer> {
  const fetch = createFetch({ egress: new Egress(config.egress), trust: systemTrust() });
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(timeout) });
  const { status, headers } = answer;
  const date = Date.parse(headers.get('date') ?? '');
  const location = headers.get('location');
  const body = (await answer.text()).slice(0, BODY_LENGTH);
  return { status, body, ...(location && { location }), ...(Number.isFinite(date) && { date }) };
}

/** The most telling message of an error of fetch, which hides it in causes. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return error.cause === undefined ? error.message : wordsOf(error.cause);
}
