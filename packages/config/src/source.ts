/**
 * Who may post, and which registries do. The ways to prove who one is are the same for a source and for
 * ingest as a whole; options say what a kind of registry leaves out.
 */
import { HMAC_ALGORITHMS, HMAC_ENCODINGS } from '@longshore/sources/settings';
import { z } from 'zod';
import { OTHER_NAMES, SOURCE_KINDS } from './kinds.js';
import { choice, flag, matching, text } from './values/scalars.js';
import { credential, HOST_PORT } from './values/secrets.js';
import { door, oneOrMore, setting } from './values/setting.js';

const hmac = door(
  z
    .strictObject({
      secret: setting(
        oneOrMore(credential()),
        'What the signature is made with. May stand alone.',
      ).optional(),
      algorithm: setting(choice(HMAC_ALGORITHMS), 'The hash, if it is not the one of the kind.').optional(),
      header: setting(
        text(),
        'The header with the signature, if it is not the one of the kind. Kinds that do not sign need it.',
      ).optional(),
      encoding: setting(
        choice(HMAC_ENCODINGS),
        'How the digest is written, if not as the kind does.',
      ).optional(),
      prefix: setting(text(), 'What stands before the digest, such as `sha256=`.').optional(),
    })
    .meta({ description: 'A signature over the body; how each kind makes it is known.' }),
  'secret',
);

const oidc = door(
  z
    .strictObject({
      issuer: setting(text(), 'Who issues the tokens, `https://accounts.google.com` unless set.').optional(),
      audience: setting(oneOrMore(text()), 'What the tokens must be for.').optional(),
      jwks: setting(
        text(),
        'Url of the issuer’s keys, by https unless it is on this machine; known for Google.',
      ).optional(),
      email: setting(oneOrMore(text()), 'Accounts that may post, by verified address.').optional(),
      subject: setting(oneOrMore(text()), 'Accounts that may post, by `sub`.').optional(),
    })
    .meta({
      description:
        'Tokens of an OpenID Connect issuer, as Google’s Pub/Sub sends them. `audience` and one of `email`, `subject` must be written.',
    }),
);

/** Ways in; any one of them is enough. Each takes a list of secrets while they are rotated. */
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
      'Secrets in the url, for senders that can send nothing else: `/sources/NAME/TOKEN` or `?token=TOKEN`.',
    ).optional(),
    hmac: hmac.optional(),
    oidc: oidc.optional(),
  })
  .meta({ description: 'Who may post. Any one of the ways is enough; without one, everybody may.' });

const pointer = () =>
  matching('JSON pointer', /^(\/([^~/]|~[01])*)+$/, 'is no JSON pointer; write /data/repository');

const options = z
  .strictObject({
    host: setting(
      matching('host:port', HOST_PORT, 'is no host; write registry.example.com or registry.example.com:5000'),
      'The registry’s host, where its sender does not say it.',
    ).optional(),
    repositoryprefix: setting(
      flag(),
      'nexus: true puts Nexus’ own repository in front, `docker-hosted/team/api`.',
    ).optional(),
    updated: setting(
      choice(['push', 'pull', 'other', 'ignore']),
      'nexus: what UPDATED of a manifest means, a push unless set. Nexus says it for downloads too.',
    ).optional(),
    promoted: setting(
      choice(['push', 'other']),
      'jfrog: what a promotion means, `other` unless set.',
    ).optional(),
    types: setting(
      z.record(z.string(), choice(['push', 'pull', 'delete', 'mount', 'other', 'ignore'])),
      'cloudevents: what each `type` means; `*` at its end stands for anything.',
    ).optional(),
    fields: z
      .strictObject({
        repository: setting(pointer(), 'cloudevents: where the repository is.').optional(),
        tag: setting(pointer(), 'cloudevents: where the tag is.').optional(),
        digest: setting(pointer(), 'cloudevents: where the digest is.').optional(),
        mediatype: setting(pointer(), 'cloudevents: where the media type is.').optional(),
        size: setting(pointer(), 'cloudevents: where the size is.').optional(),
        host: setting(pointer(), 'cloudevents: where the registry’s host is.').optional(),
        actor: setting(pointer(), 'cloudevents: where the name of the actor is.').optional(),
      })
      .meta({ description: 'JSON pointers into the event.' })
      .optional(),
  })
  .meta({ description: 'What the sender leaves open. Each kind reads only some of them.' });

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
      'Whether its requests go to `ingest.spool` while Redis is away. `auto`: if its sender would not send them again for long.',
      'auto',
    ),
    options: options.prefault({}),
  })
  .meta({ description: 'A registry that sends its webhooks here.', required: ['name', 'kind'] });
