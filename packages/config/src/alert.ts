/**
 * The settings of one receiver of alerts: where, on which conditions, and how often. A value of 0 disables a
 * condition.
 */
import { describeFormats, formatNames } from '@longshore/formats';
import { headers, setting, texts } from '@longshore/settings';
import { url } from '@longshore/settings/secrets';
import { choice, count, duration, SECOND_MS, text } from '@longshore/settings/values';
import { z } from 'zod';
import { connection } from './connection.js';

/** A receiver that takes longer is too slow for alerts. */
const LONGEST_TIMEOUT_MS = 10_000;
const MANY = Number.MAX_SAFE_INTEGER;

/** See the header. Times are milliseconds. */
export const alert = z
  .strictObject({
    name: setting(
      text(),
      'Name in records; 1 to 128 characters, unique. The state of its alerts is stored under this name.',
      '',
    ),
    url: setting(
      url(),
      'Url that alerts are posted to, `http://` or `https://`. It must not be the url of an endpoint, which would fail together with it.',
      '',
    ),
    headers: headers(),
    ...connection,
    format: setting(choice(formatNames('alerts')), describeFormats('alerts'), 'json'),
    timeout: setting(
      duration({ min: 1, max: LONGEST_TIMEOUT_MS }),
      'Time limit of one request, from connecting to the head of the response.',
      '5s',
    ),
    endpoints: texts('Names or globs of the endpoints whose alerts it gets.', ['**']),
    after: setting(duration(), 'Alert when an endpoint has failed for so long. 0s: never.', '5m'),
    age: setting(
      duration(),
      'Alert when the oldest undelivered delivery of an endpoint is older. 0s: never.',
      '15m',
    ),
    dead: setting(
      count({ min: 0, max: MANY }),
      'Alert when an endpoint has so many dead letters; again only when there are more. 0: never.',
      1,
    ),
    quarantine: setting(
      count({ min: 0, max: MANY }),
      'Alert when quarantine has so many entries; again only when there are more. 0: never.',
      1,
    ),
    memory: setting(
      count({ min: 0, max: 100 }),
      'Alert when Redis uses so many percent of its maxmemory. 0: never.',
      70,
    ),
    window: setting(
      duration({ min: SECOND_MS }),
      'Repeat interval of a lasting alert. Its resolution is sent once.',
      '1h',
    ),
  })
  .meta({ description: 'A receiver of alerts.', required: ['name', 'url'] });

/** One receiver of alerts, with defaults applied. */
export type AlertConfig = z.output<typeof alert>;
