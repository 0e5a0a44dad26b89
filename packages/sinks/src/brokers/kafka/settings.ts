/** The settings `kafka` of an endpoint. */
import { setting } from '@longshore/settings';
import { choice, text } from '@longshore/settings/values';
import { z } from 'zod';

/** How the user and password of the url are sent. */
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** As in the settings. */
export type Mechanism = (typeof MECHANISMS)[number];

/** `topic` is Liquid. */
export const kafka = z
  .strictObject({
    topic: setting(text(), 'Topic, such as `registry.{{ action }}`. A template in Liquid.', 'longshore'),
    sasl: setting(
      choice(MECHANISMS),
      'SASL mechanism, used when the `url` has a user and a password.',
      'plain',
    ),
  })
  .meta({ description: 'Kind `kafka`: the topic that messages are produced to, and how to log in.' })
  .prefault({});
