/** Settings of the events that the archive makes of pushes, tags and deletes. */
import { setting } from '@longshore/settings';
import { DAY_MS, duration, flag } from '@longshore/settings/values';
import { z } from 'zod';

/** A late child belongs to its index for so long. Milliseconds. */
const LONGEST_ORPHAN_MS = DAY_MS;
const LONGEST_SETTLE_MS = 600_000;

/** See the header. Times are milliseconds. */
export const images = z
  .strictObject({
    settle: setting(
      duration({ max: LONGEST_SETTLE_MS }),
      'How long a push waits for its other tags, and for events that are late, before it is reported.',
      '2s',
    ),
    orphan: setting(
      duration({ max: LONGEST_ORPHAN_MS }),
      'How long a push by digest waits for an index that lists it.',
      '15m',
    ),
    untagged: setting(
      flag(),
      'true: a push by digest that no index lists is reported as an image without a tag.',
      false,
    ),
  })
  .meta({
    description: 'Image events: one event for a push, whatever it took, and one for each change of a tag.',
  })
  .prefault({});
