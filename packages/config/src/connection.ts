/** How a receiver is reached, and what proves to it who sends: the same for endpoints and for receivers of alerts. */
import { setting, tls } from '@longshore/settings';
import { proxyUrl } from '@longshore/settings/secrets';
import { auth } from '@longshore/sinks/kinds';

/** Keys of the block. */
export const connection = {
  auth: auth.optional(),
  tls: tls('Instead of the system’s').prefault({}),
  proxy: setting(
    proxyUrl(),
    'Proxy to the receiver, `http://` or `https://`, with user and password if it wants them. `direct`: none. Default: as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say.',
  ).optional(),
};
