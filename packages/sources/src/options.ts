/**
 * What can be set for a source beyond its name, kind and secrets: things that its sender does not say, and
 * the few places where one cannot know what it means. A kind names the options that it reads.
 */
import { ACTIONS } from '@longshore/event';
import { setting } from '@longshore/settings';
import { HOST_PORT } from '@longshore/settings/secrets';
import { choice, flag, matching } from '@longshore/settings/values';
import { z } from 'zod';

const pointer = () =>
  matching('JSON pointer', /^(\/([^~/]|~[01])*)+$/, 'is not a JSON pointer; write /data/repository');

/** See the header. All may be absent. */
export const options = z
  .strictObject({
    host: setting(
      matching(
        'host:port',
        HOST_PORT,
        'is not a host; write registry.example.com or registry.example.com:5000',
      ),
      'The registry’s host, if the sender does not send it.',
    ).optional(),
    repositoryprefix: setting(
      flag(),
      'nexus: true prefixes Nexus’ own repository, `docker-hosted/team/api`.',
    ).optional(),
    updated: setting(
      choice(['push', 'pull', 'other', 'ignore']),
      'nexus: action for UPDATED of a manifest. Default `push`. Nexus sends it for downloads too.',
    ).optional(),
    promoted: setting(
      choice(['push', 'other']),
      'jfrog: action for a promotion. Default `other`.',
    ).optional(),
    types: setting(
      z.record(z.string(), choice([...ACTIONS, 'other', 'ignore'])),
      'cloudevents: action for each `type`; a trailing `*` is a wildcard. The longest match counts.',
    ).optional(),
    fields: z
      .strictObject({
        repository: setting(pointer(), 'cloudevents: pointer to the repository.').optional(),
        tag: setting(pointer(), 'cloudevents: pointer to the tag.').optional(),
        digest: setting(pointer(), 'cloudevents: pointer to the digest.').optional(),
        mediatype: setting(pointer(), 'cloudevents: pointer to the media type.').optional(),
        size: setting(pointer(), 'cloudevents: pointer to the size.').optional(),
        host: setting(pointer(), 'cloudevents: pointer to the registry’s host.').optional(),
        actor: setting(pointer(), 'cloudevents: pointer to the name of the actor.').optional(),
      })
      .meta({ description: 'JSON pointers into the event.' })
      .optional(),
  })
  .meta({ description: 'Values that the sender does not send. Each kind reads only some of them.' });

/** Options of a source, by the names that they have in the configuration. */
export type SourceOptions = z.output<typeof options>;
/** What becomes of an event: one of the registry's actions, `other`, or nothing. */
export type Meaning = NonNullable<SourceOptions['types']>[string];
/** Where a CloudEvent says what: JSON pointers into the event, `/data/image/name`. */
export type FieldPointers = NonNullable<SourceOptions['fields']>;
