/** What settings of several blocks have in common, so that it is read, documented and refused alike in each. */
import { z } from 'zod';
import { text } from './scalars.js';
import { headerValue } from './secrets.js';
import { setting } from './setting.js';

/** A list of texts: globs, actions, media types … None unless written. */
export const texts = (words: string, fallback: string[] = []) => setting(z.array(text()), words, fallback);

/** Headers to send. @param more what else there is to say of them */
export const headers = (more?: string) =>
  setting(
    z.record(z.string(), z.array(headerValue())),
    ['Headers to send; each takes a list of values.', ...(more ? [more] : [])].join(' '),
    {},
  );

/** Whom to trust at the other end of TLS, and how to prove who one is there. */
export const certificates = () =>
  z
    .strictObject({
      ca: setting(headerValue(), 'Certificates to trust instead of the system’s, PEM.').optional(),
      cert: setting(headerValue(), 'Client certificate, PEM.').optional(),
      key: setting(headerValue(), 'Its key, PEM.').optional(),
    })
    .meta({ description: 'Certificates.' });
