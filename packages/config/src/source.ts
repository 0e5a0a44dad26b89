/**
 * Sources and their authentication. The authentication methods are the same for a source and for ingest as a
 * whole; options supply what a kind of registry does not send.
 */

import { authBlock, oneOrMore, setting, tls } from '@longshore/settings';
import { network } from '@longshore/settings/listeners';
import { credential } from '@longshore/settings/secrets';
import { choice, flag, rate, text } from '@longshore/settings/values';
import { HMAC_ALGORITHMS, HMAC_ENCODINGS, options } from '@longshore/sources/settings';
import { z } from 'zod';
import { headerName } from './header-name.js';
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
      tls: tls('Instead of the system’s').optional(),
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

/** A proxy in front of ingest, whose word on the client's address counts. */
export const ingestProxy = z
  .strictObject({
    header: setting(
      headerName(),
      'Header with the client’s address; of a list the last one that is no proxy’s.',
      'X-Forwarded-For',
    ),
    from: setting(z.array(network()), 'Networks of the proxies. The header of other clients is ignored.'),
  })
  .meta({
    description: 'A reverse proxy in front of ingest. Without it, `sources[].from` sees the proxy’s address.',
    required: ['from'],
  });

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
    from: setting(
      z.array(network()),
      'Networks of its senders: requests from other addresses are refused with 403, before their body is read. None: any address. Behind a proxy, `ingest.proxy` is needed too.',
      [],
    ),
    redirects: setting(
      flag(),
      'true: the registry answers layers with the address of a storage (S3, GCS, Azure, a CDN), so how much of them was transferred is not known.',
      false,
    ),
    rate: setting(
      rate(),
      'How many requests each ingest process accepts from it; above it 429. A burst is at most one second’s worth. None: no limit.',
    ).optional(),
    spool: setting(
      choice(['auto', 'always', 'never']),
      'Whether its requests go to `ingest.spool` while Redis is unavailable. `auto`: if the sender does not retry for long.',
      'auto',
    ),
    options: options.prefault({}),
  })
  .meta({ description: 'A registry that sends its webhooks here.', required: ['name', 'kind'] });
