/** The settings of a target: those of every kind, and how a kind adds its own. */
import { headers, oneUser, setting, tag, tls } from '@longshore/settings';
import { credential } from '@longshore/settings/secrets';
import { count, DAY_MS, matching, registryDuration, SECOND_MS } from '@longshore/settings/values';
import { z } from 'zod';

/**
 * The schema of a kind of target; its type is what the driver takes.
 * @param timeout default time limit
 */
export function targetSettings<const Kind extends string, Keys extends z.core.$ZodLooseShape>(
  kind: Kind,
  keys: Keys,
  timeout = '1m',
) {
  return z
    .strictObject({
      name: setting(
        matching('text', /^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits and . _ -'),
        'Name in records, metrics and tables; unique in its endpoint.',
      ),
      kind: tag(kind),
      ...keys,
      concurrency: setting(
        count({ min: 1, max: 1000 }),
        'Parts requested from it at once, over all workers.',
        4,
      ),
      timeout: setting(
        registryDuration({ min: SECOND_MS, max: DAY_MS }),
        'Time limit of one request; for pull-through, the longest time without a byte, since some caches answer only after they have downloaded everything.',
        timeout,
      ),
      auth: z
        .strictObject({
          basic: oneUser().optional(),
          bearer: setting(credential(), 'Sent as `Authorization: Bearer …`.').optional(),
        })
        .meta({ description: 'Credentials for the target; sent to its own host only.' })
        .optional(),
      tls: tls('Instead of the system’s').prefault({}),
      headers: headers(),
    })
    .meta({ description: 'One target.' });
}
