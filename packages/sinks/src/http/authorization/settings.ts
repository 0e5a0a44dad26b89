/** The settings `auth` of an endpoint or of a receiver of alerts. */
import { oneUser, setting, texts, tls } from '@longshore/settings';
import { baseUrl, credential } from '@longshore/settings/secrets';
import { text } from '@longshore/settings/values';
import { z } from 'zod';

const oauth2 = z
  .strictObject({
    tokenurl: setting(baseUrl(), 'Url of the token endpoint.'),
    clientid: setting(text(), 'Client id.'),
    clientsecret: setting(credential(), 'Client secret.'),
    scopes: texts('Scopes to ask for.'),
    audience: setting(text(), 'Audience to ask for, where the issuer wants one.').optional(),
    tls: tls('Instead of the system’s').prefault({}),
  })
  .meta({
    description:
      'OAuth 2 client credentials. All deliveries of a process share one token; it is renewed at 80 % of its lifetime, and once after a 401.',
    required: ['tokenurl', 'clientid', 'clientsecret'],
  });

/** One of the three; which one is checked by config. */
export const auth = z
  .strictObject({
    bearer: setting(credential(), 'Sent as `Authorization: Bearer …`.').optional(),
    basic: oneUser().optional(),
    oauth2: oauth2.optional(),
  })
  .meta({ description: 'Credentials for the receiver: one of `bearer`, `basic`, `oauth2`.' });

/** `auth`, with its secrets. */
export type AuthSettings = z.output<typeof auth>;
