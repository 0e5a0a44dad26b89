/** What changes many wants to be told which: an empty body must not be all of them. */
import { LongshoreError } from '@longshore/event';

/** @throws LongshoreError REQUEST_INVALID without a filter and without `all`, or with both */
export function needsFilter(words: object, all: true | undefined): void {
  const given = Object.values(words).some((word) => word !== undefined);
  if (given === (all === true)) {
    const wrong = given ? 'all: true together with a filter' : 'no filter';
    throw new LongshoreError('REQUEST_INVALID', `${wrong}; give a filter, or "all": true for all of them`);
  }
}
