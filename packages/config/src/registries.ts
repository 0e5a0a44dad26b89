/** How a registry is read: its url, credentials and limits. */
import { oneUser, setting, texts, tls } from '@longshore/settings';
import { baseUrl, credential, url } from '@longshore/settings/secrets';
import { rate, text } from '@longshore/settings/values';
import { z } from 'zod';

/** Credentials for a registry; at most one of them. */
export const registryAuth = z
  .strictObject({
    basic: oneUser().optional(),
    bearer: setting(credential(), 'A token that the registry itself accepts.').optional(),
    identity: setting(credential(), 'An identity (refresh) token, as `docker login` stores it.').optional(),
    file: setting(
      text(),
      'Path of a `config.json` as `docker login` writes it; its credential helpers are used.',
    ).optional(),
  })
  .meta({ description: 'Credentials for the registry. Without any: anonymous.' })
  .prefault({});

/** The registry behind a source. */
export const registrySettings = z
  .strictObject({
    source: setting(text(), 'Name of the source that reports this registry.', ''),
    url: setting(
      baseUrl(),
      'Base url of the registry. Sources with the same url report the same registry: what both report of a push is one image event.',
      '',
    ),
    auth: registryAuth,
    tls: tls('Beside the system’s').prefault({}),
    api: setting(
      baseUrl(),
      'Base url of GitLab, where the registry is that of a GitLab: its registry does not list repositories. The password of `auth.basic` is then an access token with `read_api` and `read_registry`.',
    ).optional(),
    rate: setting(rate(), 'Requests to the registry in each second, minute or hour.', '20/s'),
    realms: texts('Token servers on other hosts that may get the registry’s credentials.'),
    addresses: texts(
      'Allowed targets of redirects, in addition to public addresses: addresses, networks such as `10.0.0.0/8`, hosts.',
    ),
    debug: setting(
      z.array(baseUrl()),
      'Debug addresses (`http.debug.addr`) of all processes of the registry: their counters are compared with what was received. `/debug/vars` is asked; a url with a path is asked as it is, `/metrics` of 3.x for example.',
      [],
    ),
    proxy: setting(url(), 'Proxy for all requests to the registry.').optional(),
  })
  .meta({
    description:
      'How the registry behind a source is read, where its events leave something open: what an index lists, the platform of an image.',
    required: ['source', 'url'],
  });

/** One of `registries`, with defaults applied. */
export type RegistrySettings = z.output<typeof registrySettings>;
