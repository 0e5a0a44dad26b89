/** Parameters of the pages' addresses and forms. An empty field counts as absent. */
import type { IncomingMessage } from 'node:http';
import { LongshoreError } from '@longshore/event';
import { DELIVERY_STATES, type ListedState } from '@longshore/queue/deliveries';
import getRawBody from 'raw-body';
import type { DeadPageQuery } from './dead.js';

const MAX_FORM = '16kb';
const DEAD_LETTER_FIELDS = ['id', 'endpoint', 'since', 'until', 'repository', 'reason'] as const;

/** The fields of a form or a query string. */
export type Params = URLSearchParams;

/** The posted form. @throws LongshoreError REQUEST_INVALID when it is not one, or larger than 16 KB */
export async function readForm(request: IncomingMessage): Promise<Params> {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    throw new LongshoreError(
      'REQUEST_INVALID',
      'pages accept forms only; for scripts, use /api/v1 with JSON',
    );
  }
  try {
    return new URLSearchParams(await getRawBody(request, { limit: MAX_FORM, encoding: 'utf8' }));
  } catch (error) {
    throw new LongshoreError('REQUEST_INVALID', `the form could not be read: ${error}`, { cause: error });
  }
}

/** The filter of dead letters, as it was written. */
export function deadLetterParams(params: Params): DeadPageQuery {
  const fields = DEAD_LETTER_FIELDS.map((name) => [name, param(params, name)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** Whether `all=true` selects everything. */
export const selectsAll = (params: Params): true | undefined => params.get('all') === 'true' || undefined;

/** A parameter without the spaces around it; undefined when it is empty or absent. */
export const param = (params: Params, name: string): string | undefined =>
  params.get(name)?.trim() || undefined;

/** The state of the listed deliveries of an endpoint; `waiting` by default. @throws LongshoreError REQUEST_INVALID */
export function listedState(params: Params): ListedState {
  const asked = param(params, 'state') ?? 'waiting';
  const state = DELIVERY_STATES.find((known) => known === asked);
  if (state) return state;
  throw new LongshoreError('REQUEST_INVALID', `no state ${asked}; available: ${DELIVERY_STATES.join(', ')}`);
}
