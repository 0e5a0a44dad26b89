/** What the addresses and forms of the pages hold, as the operate functions want it. What is empty is not given. */
import type { IncomingMessage } from 'node:http';
import { LongshoreError } from '@longshore/event';
import { DELIVERY_STATES, type ListedState } from '@longshore/queue/operator';
import getRawBody from 'raw-body';
import type { DeadQuery } from './dead.js';

const FORM_LIMIT = '16kb';
const DEAD_WORDS = ['id', 'endpoint', 'since', 'until', 'repository', 'reason'] as const;

/** A form or a query. */
export type Words = URLSearchParams;

/** @throws LongshoreError REQUEST_INVALID when it is no form of ours */
export async function formOf(request: IncomingMessage): Promise<Words> {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    throw new LongshoreError('REQUEST_INVALID', 'the pages post forms; scripts use /api/v1 with JSON');
  }
  try {
    return new URLSearchParams(await getRawBody(request, { limit: FORM_LIMIT, encoding: 'utf8' }));
  } catch (error) {
    throw new LongshoreError('REQUEST_INVALID', `the form did not arrive: ${error}`, { cause: error });
  }
}

/** The filter of an address or form, as it was written. */
export function deadQuery(words: Words): DeadQuery {
  const given = DEAD_WORDS.map((name) => [name, words.get(name)?.trim()] as const);
  return Object.fromEntries(given.filter(([, value]) => value)) as DeadQuery;
}

/** A filter that holds nothing means everything, and that has to be said. @throws LongshoreError REQUEST_INVALID */
export function assertMeant(query: object, words: Words): void {
  if (Object.keys(query).length === 0 && words.get('all') !== 'true') {
    throw new LongshoreError('REQUEST_INVALID', 'nothing says which: give a filter, or all=true');
  }
}

/** A word, without the spaces around it; undefined when it is empty or not there. */
export const given = (words: Words, name: string): string | undefined => words.get(name)?.trim() || undefined;

/** Which deliveries of an endpoint are listed; those that wait unless said otherwise. */
export function listedState(words: Words): ListedState {
  const asked = given(words, 'state') ?? 'waiting';
  const state = DELIVERY_STATES.find((known) => known === asked);
  if (state) return state;
  throw new LongshoreError(
    'REQUEST_INVALID',
    `there is no state ${asked}; known are ${DELIVERY_STATES.join(', ')}`,
  );
}
