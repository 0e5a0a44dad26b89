/** How the requests of an endpoint are signed. */
import { oneOrMore, setting } from '@longshore/settings';
import { credential } from '@longshore/settings/secrets';
import { choice, text } from '@longshore/settings/values';
import { SIGN_SCHEMES, type SignOptions } from '@longshore/signing';
import { z } from 'zod';

/** `sign` of an endpoint. The keys after `secret` are those of scheme custom. */
export const sign = z
  .strictObject({
    scheme: setting(
      choice(SIGN_SCHEMES),
      '`standard`: Standard Webhooks, over id, time and body. `github`, `flux`, `gitea`, `nexus`, `jfrog`: an HMAC of the body in the header that these senders use. `custom`: an HMAC of the body as the other keys say.',
      'standard',
    ),
    secret: setting(
      oneOrMore(credential()),
      'Key of the signature; a list while it rotates, the newest first. `whsec_…` is base64 behind the prefix, `whsk_…` a private ed25519 key (standard only); any other text is its bytes. Standard signs with each key, the other schemes with the first.',
    ),
    header: setting(text(), 'custom: the header that holds the signature.').optional(),
    algorithm: setting(
      choice(['sha1', 'sha256', 'sha512']),
      'custom: the hash algorithm. Default `sha256`.',
    ).optional(),
    encoding: setting(choice(['hex', 'base64']), 'custom: encoding of the digest. Default `hex`.').optional(),
    prefix: setting(text(), 'custom: what is in front of the digest, such as `sha256=`.').optional(),
  })
  .meta({ description: 'Signature of each request, over the exact bytes sent.' });

/** Settings of an endpoint's signature. */
export type SignSettings = z.output<typeof sign>;

/** With the secrets themselves. @throws LongshoreError SECRET_MISSING */
export function signOptions({ scheme, secret, header, ...custom }: SignSettings): SignOptions {
  const secrets = secret.map((one) => one.reveal());
  if (scheme !== 'custom' || header === undefined) return { scheme, secrets };
  const { algorithm = 'sha256', encoding = 'hex', prefix = '' } = custom;
  return { scheme, secrets, custom: { header, algorithm, encoding, prefix } };
}
