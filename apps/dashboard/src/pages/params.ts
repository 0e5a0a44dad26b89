/** Parameters of the pages' addresses and forms. An empty field counts as absent. */
import type { IncomingMessage } from 'node:http';
import { LongshoreError } from '@longshore/event';
import { DELIVERY_STATES, type ListedState } from '@longshore/queue/deliveries';
import type { Context } from 'koa';
import getRawBody from 'raw-body';

const MAX_FORM = '16kb';

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

/** Deliveries a second; 0 is no limit. Undefined when it is not given. @throws LongshoreError REQUEST_INVALID */
export function rateOf(params: Params): number | undefined {
  const text = param(params, 'rate');
  const rate = Number(text);
  if (text !== undefined && !(rate >= 0)) throw new LongshoreError('REQUEST_INVALID', 'rate is not a number');
  return text === undefined ? undefined : rate || Number.POSITIVE_INFINITY;
}

/** Reloading the next page does not repeat the action. */
export function seeOther(ctx: Context, path: string): void {
  ctx.status = 303;
  ctx.redirect(path);
}
