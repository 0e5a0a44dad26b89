/** The filter of quarantine in addresses and forms, with the names of `longshore quarantine`. */
import { LongshoreError } from '@longshore/event';
import type { QuarantineQuery } from '@longshore/operator';
import { type Params, param } from '../params.js';

/** The fields of the filter. */
export type QuarantineFields = Omit<QuarantineQuery, 'id'>;

/** As it was written: the fields, or the ids of what was selected. */
export type QuarantinePageQuery = QuarantineFields & { id?: readonly string[] };

const FIELDS = ['source', 'reason', 'since', 'until'] as const;

/** From an address or a form; a field that is empty is absent. @throws LongshoreError REQUEST_INVALID */
export function quarantineParams(params: Params): QuarantinePageQuery {
  const fields = FIELDS.map((name) => [name, param(params, name)] as const);
  const ids = params.getAll('id').filter(Boolean);
  if (ids.length === 0 && param(params, 'selected')) {
    throw new LongshoreError('REQUEST_INVALID', 'nothing is selected; tick the boxes of the rows first');
  }
  return {
    ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)),
    ...(ids.length > 0 && { id: ids }),
  };
}
