/** What the archive answers, as schemas: for the OpenAPI document, and the tests of the API. */
import { z } from 'zod';
import { count, listOf, time } from '../schemas/parts.js';
import { madeAnswers } from './made.js';

const optionalText = z.string().optional();
const bytes = count.meta({ description: 'Bytes.' });
const day = z.iso.date().meta({ description: 'A day of UTC.' });

const event = z
  .strictObject({
    id: z.string().meta({ description: 'The id that its sender gave it.' }),
    at: time.meta({ description: 'The event’s own time, or when it was received where that is unusable.' }),
    receivedAt: time,
    source: z.string(),
    kind: z.string().meta({ description: 'Kind of the source.' }),
    action: z.string(),
    target: z.enum(['blob', 'manifest', 'index', 'tag', 'repository', 'unknown']),
    repository: optionalText,
    tag: optionalText,
    digest: optionalText,
    mediaType: optionalText,
    size: bytes.optional(),
    fromRepository: optionalText,
    actor: optionalText,
    addr: optionalText,
    client: optionalText.meta({ description: 'The user agent.' }),
    method: optionalText.meta({ description: 'A pull by HEAD is a check.' }),
    host: optionalText,
    requestId: optionalText,
    body: z
      .unknown()
      .optional()
      .meta({ description: 'The event as it is delivered; only with `body=true`.' }),
  })
  .meta({ id: 'ArchivedEvent' });

const repository = z
  .strictObject({
    repository: z.string(),
    source: z.string(),
    firstAt: time,
    lastAt: time,
    lastPushAt: time.optional(),
    lastPullAt: time.optional(),
  })
  .meta({ id: 'ArchivedRepository' });

const ofTag = {
  repository: z.string(),
  source: z.string(),
  tag: z.string(),
  digest: optionalText,
  deleted: z.boolean(),
  since: time.optional().meta({ description: 'Since when it points to this digest.' }),
  pushedAt: time.optional().meta({ description: 'The last push, which may have changed nothing.' }),
  pushedBy: optionalText,
  deletedAt: time.optional(),
  deletedBy: optionalText,
  mediaType: optionalText,
  size: bytes.optional(),
  lastPullAt: time.optional(),
};
const tag = z.strictObject(ofTag).meta({ id: 'ArchivedTag' });

const move = z
  .strictObject({
    at: time,
    repository: z.string(),
    source: z.string(),
    tag: z.string(),
    from: optionalText,
    to: optionalText,
    deleted: z.boolean(),
    moved: z.boolean().meta({ description: 'False for a push of the digest that it had.' }),
    by: optionalText,
    size: bytes.optional(),
  })
  .meta({ id: 'TagMove' });

const place = { repository: z.string(), source: z.string() };
const image = z
  .strictObject({
    digest: z.string(),
    mediaType: optionalText,
    size: bytes.optional(),
    platform: optionalText,
    references: z.array(
      z.object({
        digest: z.string(),
        mediaType: optionalText,
        size: bytes.optional(),
        platform: optionalText,
      }),
    ),
    parents: z.array(z.strictObject({ ...place, digest: z.string() })),
    tags: z.array(tag),
    repositories: z.array(z.strictObject({ ...place, lastPullAt: time.optional() })),
    firstAt: time.optional(),
    lastAt: time.optional(),
    pushedAt: time.optional(),
    pushedBy: optionalText,
    pulledBy: z.array(
      z.strictObject({
        ...place,
        actor: optionalText,
        addr: optionalText,
        client: optionalText,
        lastAt: time,
        pulls: count,
        checks: count,
        platformPulls: count.meta({ description: 'Pulls of the images that an index lists.' }),
      }),
    ),
  })
  .meta({ id: 'ArchivedImage' });

const counts = {
  pulls: count.meta({ description: 'GETs of images.' }),
  checks: count.meta({ description: 'HEADs of images.' }),
  pushes: count,
  deletes: count,
  bytes: count.meta({ description: 'Bytes of the blobs that were pulled.' }),
};
const days = z.strictObject({ items: z.array(z.strictObject({ day, ...counts })) });
const top = z.strictObject({
  items: z.array(
    z.strictObject({
      name: z.string(),
      repository: optionalText,
      source: optionalText,
      tag: optionalText,
      ...counts,
    }),
  ),
});

const bounds = { since: time.optional(), until: time.optional() };
const unused = listOf(
  z.strictObject({ ...ofTag, unusedSince: time, neverPulled: z.boolean() }).meta({ id: 'UnusedTag' }),
).extend({
  archive: z.strictObject(bounds).meta({ description: 'The oldest and the newest event of the archive.' }),
});

const coverage = z
  .strictObject({
    ...bounds,
    sources: z.array(
      z.strictObject({
        source: z.string(),
        kind: z.string(),
        firstDay: day.optional(),
        lastDay: day.optional(),
      }),
    ),
    spans: z.array(
      z.strictObject({
        source: z.string(),
        since: time,
        until: time,
        verdict: z.enum(['complete', 'gap', 'unknown']),
        note: optionalText,
      }),
    ),
  })
  .meta({ id: 'ArchiveCoverage' });

/** By the path below `/archive`. */
export const archiveAnswers = {
  events: listOf(event),
  repositories: listOf(repository),
  tags: listOf(tag),
  moves: listOf(move),
  image,
  days,
  top,
  unused,
  coverage,
  ...madeAnswers,
};
