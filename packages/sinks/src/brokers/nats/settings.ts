/** The settings `nats` of an endpoint. */
import { setting } from '@longshore/settings';
import { credential } from '@longshore/settings/secrets';
import { text } from '@longshore/settings/values';
import { z } from 'zod';

/** `subject` is Liquid. */
export const nats = z
  .strictObject({
    subject: setting(
      text(),
      'Subject, such as `registry.{{ action }}`. A template in Liquid. A stream must have it.',
      'longshore.{{ action }}',
    ),
    stream: setting(
      text(),
      'Name of the stream that must store the message. Default: whichever has the subject.',
    ).optional(),
    token: setting(credential(), 'Token, in place of a user and a password in the `url`.').optional(),
    creds: setting(
      credential(),
      'Credentials of a user as `nsc` writes them (a JWT and its seed); preferably as `file:/path`.',
    ).optional(),
  })
  .meta({ description: 'Kind `nats`: where in JetStream messages are stored, and as whom.' })
  .prefault({});
