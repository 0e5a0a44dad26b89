/** The filter of dead letters in addresses and forms, with the names of `longshore dead`. */
import { LongshoreError } from '@longshore/event';
import type { DeadLetterQuery } from '@longshore/operator';
import { type Params, param } from '../params.js';

/** The fields of the filter. */
export type DeadFields = Omit<DeadLetterQuery, 'id'>;

/** As it was written: the fields, or the ids of what was selected. */
export type DeadPageQuery = DeadFields & { id?: readonly string[] };

const FIELDS = ['endpoint', 'since', 'until', 'repository', 'reason', 'answer', 'group'] as const;

/** From an address or a form; a field that is empty is absent. @throws LongshoreError REQUEST_INVALID */
export function deadLetterParams(params: Params): DeadPageQuery {
  const fields = FIELDS.map((name) => [name, param(params, name)] as const);
  const ids = params.getAll('id').filter(Boolean);
  // Without this an empty selection would be all of them.
  if (ids.length === 0 && param(params, 'selected')) {
    throw new LongshoreError('REQUEST_INVALID', 'nothing is selected; tick the boxes of the rows first');
  }
  return {
    ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)),
    ...(ids.length > 0 && { id: ids }),
  };
}

/** Whether a delivery has to be read to see if it matches. */
export const readsEach = ({ repository, reason, answer, group }: DeadPageQuery): boolean =>
  [repository, reason, answer, group].some((value) => value !== undefined);
