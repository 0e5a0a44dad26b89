/** Settings shared by several blocks. */
import { z } from 'zod';
import { text } from './scalars.js';
import { credential, headerValue } from './secrets.js';
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

/** TLS trust and the client certificate. */
export const certificates = () =>
  z
    .strictObject({
      ca: setting(headerValue(), 'Certificates to trust instead of the system’s, PEM.').optional(),
      cert: setting(headerValue(), 'Client certificate, PEM.').optional(),
      key: setting(headerValue(), 'Its key, PEM.').optional(),
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
