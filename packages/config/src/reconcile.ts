/** The settings of comparisons with the registries. Their presence turns them on; the command works without. */
import { presence, setting } from '@longshore/settings';
import { DAY_MS, duration } from '@longshore/settings/values';
import { z } from 'zod';

/** See the header. Times are milliseconds. */
export const reconcile = presence(
  z
    .strictObject({
      every: setting(
        duration({ min: 60_000, max: 365 * DAY_MS }),
        'Interval of the comparisons. The first one of a registry comes so long after it was configured.',
        '24h',
      ),
    })
    .meta({
      description:
        'Compares the archive with each registry of `registries`, and publishes the events that are missing: pushes after a second look at least 10 minutes later, deletes likewise.',
    }),
  'is empty; write `reconcile: { every: 24h }` to turn comparisons on, or remove the key',
);
