/** Image events and pulls: filters as written, and schemas of what the archive answers. */
import { PULL_STATES } from '@longshore/archive/sessions';
import { IMAGE_ACTIONS, PULL_ACTIONS } from '@longshore/event';
import { z } from 'zod';
import { count, listOf, time } from '../schemas/parts.js';
import { eventQuery, statsQuery } from './query.js';

const { text, repository, tag, digest, actor, addr, client, source, since, until } = eventQuery.shape;

const imageEvents = z.strictObject({
  action: z
    .enum([...IMAGE_ACTIONS, ...PULL_ACTIONS])
    .optional()
    .meta({ description: 'Default: all of class `image`.' }),
  text: text.meta({ description: 'A part of the repository’s name, in any case.', example: 'app' }),
  ...{ repository, tag, digest, actor, source, since, until },
});

const sessions = z.strictObject({
  state: z.enum(PULL_STATES).optional().meta({ description: 'How it ended.' }),
  text: imageEvents.shape.text,
  ...{ repository, tag, digest, actor, addr, client, source, since, until },
});

/** Which image events or events of pulls, which pulls, and whose numbers of pulls. */
export const madeQueries = {
  imageEvents,
  sessions,
  sessionDays: statsQuery.omit({ actor: true, client: true }),
};

const optionalText = z.string().optional();
const bytes = count.meta({ description: 'Bytes.' });

const imageEvent = z
  .looseObject({
    id: z.string(),
    at: time,
    action: z.enum([...IMAGE_ACTIONS, ...PULL_ACTIONS]),
    source: z.string(),
    repository: z.string(),
  })
  .meta({
    id: 'ImageEvent',
    description: 'As it is delivered to endpoints with `accept: [image]` or `[pull]`.',
  });

const session = z
  .strictObject({
    session: z.string(),
    startedAt: time,
    at: time.meta({ description: 'Of its last event.' }),
    open: z.boolean().meta({ description: 'More of it may come: its state may change.' }),
    state: z.enum(PULL_STATES),
    evidence: z.enum(['events', 'events+log']),
    repository: z.string(),
    source: z.string(),
    tag: optionalText,
    digest: optionalText,
    platform: optionalText,
    expectedBytes: bytes.optional(),
    transferredBytes: bytes.optional(),
    layers: count,
    layersPulled: count,
    layersCached: count,
    clients: count,
    actor: optionalText,
    addr: optionalText,
    client: optionalText.meta({ description: 'The user agent.' }),
    events: count.meta({ description: 'Requests that belong to it.' }),
  })
  .meta({ id: 'ArchivedPull' });

const states = Object.fromEntries(PULL_STATES.map((state) => [state, count]));
const sessionDays = z.strictObject({
  items: z.array(
    z.strictObject({
      day: z.iso.date().meta({ description: 'A day of UTC.' }),
      pulls: count.meta({ description: 'All but `checked` and `inspected`.' }),
      bytes,
      ...states,
    }),
  ),
});

/** By what they answer. */
export const madeAnswers = { imageEvents: listOf(imageEvent), sessions: listOf(session), sessionDays };
