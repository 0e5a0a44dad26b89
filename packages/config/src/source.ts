/**
 * Sources and their authentication. The authentication methods are the same for a source and for ingest as a
 * whole; options supply what a kind of registry does not send.
 */

import { authBlock, oneOrMore, setting } from '@longshore/settings';
import { credential, HOST_PORT } from '@longshore/settings/secrets';
import { choice, flag, matching, text } from '@longshore/settings/values';
import { HMAC_ALGORITHMS, HMAC_ENCODINGS } from '@longshore/sources/settings';
import { z } from 'zod';
import { OTHER_NAMES, SOURCE_KINDS } from './kinds.js';

const hmac = authBlock(
  z
    .strictObject({
      secret: setting(
        oneOrMore(credential()),
        'Key of the signature. It can be set without the other keys.',
      ).optional(),
      algorithm: setting(
        choice(HMAC_ALGORITHMS),
        'Hash algorithm, if it is not the kind’s default.',
      ).optional(),
      header: setting(
        text(),
        'Header with the signature, if it is not the kind’s default. Required for kinds that do not sign.',
      ).optional(),
      encoding: setting(
        choice(HMAC_ENCODINGS),
        'Encoding of the digest, if it is not the kind’s default.',
      ).optional(),
      prefix: setting(text(), 'Prefix of the digest, such as `sha256=`.').optional(),
    })
    .meta({ description: 'HMAC signature over the body; each kind has its defaults.' }),
  'secret',
);

const oidc = authBlock(
  z
    .strictObject({
      issuer: setting(text(), 'Issuer of the tokens. Default `https://accounts.google.com`.').optional(),
      audience: setting(oneOrMore(text()), 'Required audience of the tokens.').optional(),
      jwks: setting(
        text(),
        'Url of the issuer’s keys, https except on loopback. Not needed for Google.',
      ).optional(),
      email: setting(oneOrMore(text()), 'Accounts that may post, by verified address.').optional(),
      subject: setting(oneOrMore(text()), 'Accounts that may post, by `sub`.').optional(),
    })
    .meta({
      description:
        'Tokens of an OpenID Connect issuer, as Google’s Pub/Sub sends them. `audience` and one of `email`, `subject` are required.',
    }),
);

/** Authentication methods; any one of them is enough. Each accepts a list of secrets for rotation. */
export const auth = z
  .strictObject({
    bearer: setting(oneOrMore(credential()), 'Tokens accepted as `Authorization: Bearer TOKEN`.').optional(),
    basic: setting(
      z.record(z.string(), oneOrMore(credential())),
      'Passwords by user, accepted as `Authorization: Basic …`.',
    ).optional(),
    header: setting(
      z.record(z.string(), oneOrMore(credential())),
      'Secrets by header name, for senders that send a plain header.',
    ).optional(),
    token: setting(
      oneOrMore(credential()),
      'Secrets in the url, for senders that support no header: `/sources/NAME/TOKEN` or `?token=TOKEN`.',
    ).optional(),
    hmac: hmac.optional(),
    oidc: oidc.optional(),
  })
  .meta({
    description:
      'Authentication of senders. Any one method is enough; without one, every request is accepted.',
  });

const pointer = () =>
  matching('JSON pointer', /^(\/([^~/]|~[01])*)+$/, 'is not a JSON pointer; write /data/repository');

const options = z
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
      z.record(z.string(), choice(['push', 'pull', 'delete', 'mount', 'other', 'ignore'])),
      'cloudevents: action for each `type`; a trailing `*` is a wildcard.',
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

/** See the header. Which options a kind reads is checked in `checks/sources.ts`. */
export const source = z
  .strictObject({
    name: setting(
      text(),
      'Part of the path `/sources/NAME` and of metrics: letters, digits, `.`, `_`, `-`; unique.',
      '',
    ),
    kind: setting(choice(SOURCE_KINDS, OTHER_NAMES), 'Which format it sends.'),
    auth: auth.prefault({}),
    spool: setting(
      choice(['auto', 'always', 'never']),
      'Whether its requests go to `ingest.spool` while Redis is unavailable. `auto`: if the sender does not retry for long.',
      'auto',
    ),
    options: options.prefault({}),
  })
  .meta({ description: 'A registry that sends its webhooks here.', required: ['name', 'kind'] });
