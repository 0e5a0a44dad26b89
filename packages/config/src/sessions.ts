/** Settings of pull sessions: the requests of a pull as one. */
import { setting } from '@longshore/settings';
import { choice, duration } from '@longshore/settings/values';
import { z } from 'zod';

const LONGEST_GRACE_MS = 600_000;

/** See the header. Times are milliseconds. */
export const sessions = z
  .strictObject({
    key: setting(
      z.array(choice(['addr', 'actor', 'agent'])).min(1),
      'What makes two requests those of one client: its address, its user, its user agent.',
      ['addr', 'actor', 'agent'],
    ),
    grace: setting(
      duration({ max: LONGEST_GRACE_MS }),
      'How long events may be late before a pull is reported.',
      '30s',
    ),
  })
  .meta({ description: 'Pulls: one event for a pull, whatever it took, with how it ended.' })
  .prefault({});
