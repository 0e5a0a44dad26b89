/** Settings shared by several blocks. */
import { z } from 'zod';
import { hostName } from './host-name.js';
import { choice, flag, text } from './scalars.js';
import { credential, headerValue, pem } from './secrets.js';
import { setting } from './setting.js';

/** A list of texts: globs, actions, media types … None unless written. */
export const texts = (words: string, fallback: string[] = []) => setting(z.array(text()), words, fallback);

/** Headers to send. @param more an additional sentence */
export const headers = (more?: string) =>
  setting(
    z.record(z.string(), z.array(headerValue())),
    ['Headers to send; each takes a list of values.', ...(more ? [more] : [])].join(' '),
    {},
  );

/** How the certificates of a server are checked, and which one is shown to it. @param scope how `ca` stands to the system's authorities */
export const tls = (scope: 'Instead of the system’s' | 'Beside the system’s') =>
  z
    .strictObject({
      ca: setting(
        pem(),
        `Authorities to trust, PEM; preferably as \`file:/path\`. ${scope}, which are used without it.`,
      ).optional(),
      cert: setting(pem(), 'Client certificate, PEM. A `file:` is read again when it changes.').optional(),
      key: setting(pem(), 'Its key, PEM, without a passphrase.').optional(),
      servername: setting(
        hostName(),
        'Name to ask for and to check the certificate against, instead of the url’s host.',
      ).optional(),
      minversion: setting(choice(['1.2', '1.3']), 'Oldest accepted version of TLS.', '1.2').meta({
        enum: [1.2, '1.2', 1.3, '1.3'],
      }),
      insecure: setting(
        flag(),
        'true: the server’s certificate is not checked, so anybody on the way can read and change what is sent. It is shown wherever the endpoint is.',
        false,
      ),
    })
    .meta({ description: 'Certificates.' });

/** Credentials of which a request can send one. */
export const oneUser = () =>
  setting(
    z.record(z.string(), credential()).refine((users) => Object.keys(users).length <= 1, {
      error: ({ input }) => `has ${Object.keys(input as object).length} users; a request can send one`,
    }),
    'One user and its password.',
  );
