/** Where connections may lead to: the settings of the rules that `@longshore/network/egress` applies. */
import { setting, texts } from '@longshore/settings';
import { choice } from '@longshore/settings/values';
import { z } from 'zod';

/** The block `egress`. */
export const egress = z
  .strictObject({
    mode: setting(
      choice(['internal', 'public']),
      '`internal`: urls of the configuration may lead to loopback and private addresses, never to link-local and metadata ones. `public`: to public addresses only. Hosts that an event, a redirect or an answer names are at public addresses in both modes.',
      'internal',
    ),
    allow: texts(
      'Allowed in addition: addresses, networks such as `10.0.0.0/8`, hosts with or without their port. A link-local or metadata address needs an entry of its own.',
    ),
    deny: texts('Never allowed, whatever else says so: addresses, networks, hosts.'),
  })
  .meta({
    description:
      'Where Longshore connects to: receivers, alerts, registries, preheat targets, token endpoints, issuers. Checked at each connection, for every address of a name.',
  });
