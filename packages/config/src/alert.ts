/**
 * The settings of one receiver of alerts: who is told, of what, and how often. Longshore's own; a value of 0
 * switches a condition off.
 */
import { z } from 'zod';
import { duration, SECOND } from './values/durations.js';
import { choice, count, text } from './values/scalars.js';
import { url } from './values/secrets.js';
import { setting } from './values/setting.js';
import { headers, texts } from './values/shapes.js';

/** A receiver that takes longer is too slow for alerts. */
const LONGEST_TIMEOUT_MS = 10_000;
const MANY = Number.MAX_SAFE_INTEGER;

/** See the header. Times are milliseconds. */
export const alert = z
  .strictObject({
    name: setting(
      text(),
      'What records call the receiver; 1 to 128 characters, unique. What it was told is remembered under it.',
      '',
    ),
    url: setting(
      url(),
      'Where messages are posted, `http://` or `https://`. Not the url of an endpoint: that is what fails.',
      '',
    ),
    headers: headers(),
    format: setting(
      choice(['json', 'slack']),
      '`json`: every field. `slack`: `{"text": …}`, for Slack, Mattermost and what else takes its form.',
      'json',
    ),
    timeout: setting(
      duration({ min: 1, max: LONGEST_TIMEOUT_MS }),
      'How long one message may take until the head of the answer, connecting included.',
      '5s',
    ),
    endpoints: texts('Names or globs of the endpoints that it is told about.', ['**']),
    after: setting(duration(), 'Tell when an endpoint has failed for so long. 0s: never.', '5m'),
    age: setting(
      duration(),
      'Tell when the oldest delivery of an endpoint that is not delivered yet is older. 0s: never.',
      '15m',
    ),
    dead: setting(
      count({ min: 0, max: MANY }),
      'Tell when an endpoint has so many in its dead-letter set; again only when more have come. 0: never.',
      1,
    ),
    quarantine: setting(
      count({ min: 0, max: MANY }),
      'Tell when so many are in quarantine; again only when more have come. 0: never.',
      1,
    ),
    memory: setting(
      count({ min: 0, max: 100 }),
      'Tell when Redis has used so many percent of its maxmemory. 0: never.',
      70,
    ),
    window: setting(
      duration({ min: SECOND }),
      'What lasts is told once in so long; that it is over is told once.',
      '1h',
    ),
  })
  .meta({ description: 'Who is told when something needs a person.', required: ['name', 'url'] });

/** One receiver of alerts, with defaults in place. */
export type AlertConfig = z.output<typeof alert>;
