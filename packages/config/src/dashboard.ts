/** Settings of the dashboard: its listener, who may sign in, and which role they have. */
import { authBlock, oneOrMore, setting, texts, tls } from '@longshore/settings';
import { listen, network } from '@longshore/settings/listeners';
import { baseUrl, credential } from '@longshore/settings/secrets';
import { choice, duration, flag, matching, SECOND_MS, text } from '@longshore/settings/values';
import { z } from 'zod';
import { LONGEST_TIMER_MS } from './endpoint.js';
import { headerName } from './header-name.js';
import { hosts, section } from './section.js';

/** The roles of the dashboard, each with all rights of those before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** Colours of `dashboard.environment`. White text is readable on each of them. */
const ENVIRONMENT_COLOURS = [
  'gray',
  'red',
  'orange',
  'yellow',
  'green',
  'teal',
  'blue',
  'purple',
  'pink',
] as const;
/** A role: `viewer` looks; `operator` also pauses, resumes, retries and deletes one; `admin` may do everything. */
export type DashboardRole = (typeof ROLES)[number];

const tokens = z.record(
  z.string(),
  authBlock(
    z
      .strictObject({
        secret: setting(
          oneOrMore(credential()),
          'The token, sent as `Authorization: Bearer TOKEN`. Several while they rotate.',
        ),
        role: setting(choice(ROLES), 'What it may do.', 'viewer'),
      })
      .meta({ description: 'A token for scripts. Its name is in the records.', required: ['secret'] }),
  ),
);

const proxy = z
  .strictObject({
    header: setting(headerName(), 'Header with the user’s name.', 'X-Forwarded-User'),
    groups: setting(
      headerName(),
      'Header with the user’s groups, separated by commas.',
      'X-Forwarded-Groups',
    ),
    from: setting(
      z.array(network()),
      'Networks of the proxy. From other addresses both headers are ignored. The proxy must remove them from what clients send.',
    ),
  })
  .meta({ description: 'A reverse proxy that signs users in, such as oauth2-proxy.', required: ['from'] });

const oidc = z
  .strictObject({
    issuer: setting(baseUrl(), 'Url of the issuer, https except on loopback.'),
    clientid: setting(text(), 'Client id at the issuer.'),
    clientsecret: setting(credential(), 'Client secret at the issuer.'),
    redirecturl: setting(
      baseUrl(),
      'Url of the dashboard to which the issuer returns users, as it is registered there: `https://longshore.example.com/signed-in`. Its path must be none of the dashboard’s pages.',
    ),
    groups: setting(text(), 'Claim of the id token with the user’s groups.', 'groups'),
    scopes: setting(
      z.array(text()),
      'Scopes to ask for. Many issuers send groups only with another one, such as `groups`.',
      ['openid', 'profile', 'email'],
    ),
    session: setting(
      duration({ min: 60 * SECOND_MS, max: LONGEST_TIMER_MS }),
      'How long a sign-in lasts.',
      '8h',
    ),
    sessionsecret: setting(
      oneOrMore(credential()),
      'Key material that seals the session cookie: the first seals, each opens. By default `clientsecret`. All dashboards need the same.',
    ).optional(),
    tls: tls('Instead of the system’s').optional(),
  })
  .meta({
    description:
      'Sign-in at an OpenID Connect issuer (authorization code with PKCE). Sessions are sealed cookies; nothing is stored.',
    required: ['issuer', 'clientid', 'clientsecret', 'redirecturl'],
  });

const groups = (what: string) => texts(`Groups whose users ${what}. \`*\`: every user who is signed in.`);

/** See the header. */
export const dashboard = section('The listener of the dashboard.', {
  listen: setting(
    listen(),
    'Address to listen on. Beyond loopback `dashboard.auth` is required.',
    '127.0.0.1:5081',
  ),
  url: setting(
    matching(
      'url',
      /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/,
      'must be a url, such as https://longshore.example.com',
    ),
    'Address of the dashboard for people. Chats and alerts link to it.',
  ).optional(),
  environment: section(
    'What tells this relay from others: shown at the top of each page, in its title and icon.',
    {
      name: setting(text(), 'Name of the environment, such as `production`.').optional(),
      colour: setting(choice(ENVIRONMENT_COLOURS), 'Colour of the bar at the top and of the icon.', 'teal'),
    },
  ).prefault({}),
  hosts: hosts('On loopback without `dashboard.auth` all others are refused.'),
  queues: setting(
    choice(['readonly', 'full', 'false']),
    'bull-board at `/queues`. `full`: an admin may change queues there. Its retry does not restore the attempts, and its clean deletes events. `false`: no board.',
    'readonly',
  ),
  operate: setting(flag(), 'false: pages and API are read-only for every role.', true),
  auth: section(
    'Who may sign in to the dashboard. Any one of these closes everything; with several, each is enough.',
    {
      basic: setting(
        z.record(z.string(), credential()),
        'Passwords by user. These users are admins.',
      ).optional(),
      tokens: setting(tokens, 'Tokens for scripts, by name.').optional(),
      proxy: proxy.optional(),
      oidc: oidc.optional(),
    },
  ).prefault({}),
  roles: section(
    'Roles by group, for users of `auth.proxy` and `auth.oidc`. The highest one counts; a user in none of the groups is refused.',
    {
      viewer: groups('may look'),
      operator: groups('may also pause, resume, retry, replay and delete single deliveries'),
      admin: groups('may do everything, also delete many, prune, and change queues on the board'),
    },
  ).prefault({}),
});
