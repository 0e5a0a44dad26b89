/** The settings `sqs` of an endpoint. */
import { setting } from '@longshore/settings';
import { credential } from '@longshore/settings/secrets';
import { text } from '@longshore/settings/values';
import { z } from 'zod';

/** `queue` and `group` are Liquid. */
export const sqs = z
  .strictObject({
    queue: setting(
      text(),
      'Account and name of the queue: `123456789012/pushes.fifo`. A template in Liquid.',
      '',
    ),
    group: setting(
      text(),
      'Message group of a FIFO queue: SQS keeps the order within it. A template in Liquid.',
      '{{ repository }}',
    ),
    region: setting(
      text(),
      'Region, such as `eu-central-1`. Default: the one in the host of the `url`.',
    ).optional(),
    accesskeyid: setting(credential(), 'Access key id.').optional(),
    secretaccesskey: setting(credential(), 'Its secret.').optional(),
    sessiontoken: setting(credential(), 'Session token of temporary credentials.').optional(),
  })
  .meta({ description: 'Kind `sqs`: the queue of Amazon SQS, and as whom.' })
  .prefault({});
