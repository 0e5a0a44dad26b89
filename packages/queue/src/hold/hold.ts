/** An endpoint that is held or recovers, as one hash in Redis has it for all workers. */
import { endpointKey } from '../names.js';
import { aReason } from '../stored-json.js';

/** A hold. Times are epoch milliseconds of Redis' clock. */
export interface Hold {
  /** `recovering`: it delivers again, with few in flight at first. */
  state: 'held' | 'recovering';
  since: number;
  /** Of the last failure: `refused`, `http_503`, … */
  reason: string;
  detail?: string;
  /** When the next probe is due, unless a retry comes first. */
  probeAt?: number;
  /** The receiver asked for a pause until then (`Retry-After`). */
  until?: number;
  /** Dead letters of this outage that were revived so far. */
  revived?: number;
}

/** The hash with the state of an endpoint's hold; there is none while it delivers. */
export const holdKey = (prefix: string, endpoint: string): string => endpointKey(prefix, endpoint, 'hold');

/** @param fields of the hash; undefined when the endpoint is neither held nor recovers */
export function holdOf(fields: ReadonlyMap<string, string>): Hold | undefined {
  const state = fields.get('state');
  if (state !== 'held' && state !== 'recovering') return undefined;
  const number = (field: string): number | undefined => Number(fields.get(field)) || undefined;
  return {
    state,
    since: number('since') ?? 0,
    reason: aReason.safeParse(fields.get('reason')).data ?? 'error',
    detail: fields.get('detail') || undefined,
    probeAt: number('probeAt'),
    until: number('until'),
    revived: number('revived'),
  };
}
