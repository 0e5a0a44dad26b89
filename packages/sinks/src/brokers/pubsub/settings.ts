/** The settings `pubsub` of an endpoint. */
import { setting } from '@longshore/settings';
import { credential } from '@longshore/settings/secrets';
import { text } from '@longshore/settings/values';
import { z } from 'zod';

/** `topic` is Liquid. */
export const pubsub = z
  .strictObject({
    topic: setting(text(), 'Topic: `projects/PROJECT/topics/TOPIC`. A template in Liquid.', ''),
    credentials: setting(
      credential(),
      'Key of a service account as JSON; preferably as `file:/path`. None: requests are not signed, for the emulator.',
    ).optional(),
  })
  .meta({ description: 'Kind `pubsub`: the topic of Google Pub/Sub, and as whom.' })
  .prefault({});
