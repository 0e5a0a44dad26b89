/** The settings `redisstream` of an endpoint. */
import { setting } from '@longshore/settings';
import { count, text } from '@longshore/settings/values';
import { z } from 'zod';

/** Texts are Liquid. */
export const redisstream = z
  .strictObject({
    key: setting(
      text(),
      'Key of the stream, such as `registry:{{ repository }}`. A template in Liquid.',
      'longshore',
    ),
    maxlen: setting(
      count({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      'About so many entries are kept in the stream; older ones are removed, read or not. 0: all.',
      0,
    ),
  })
  .meta({ description: 'Kind `redisstream`: the stream.' })
  .prefault({});
