/** The TLS of a connection that is kept for as long as a process runs. */
import { type Config, revealAll } from '@longshore/config';
import { type SecureOptions, secureOptions, systemTrust } from '@longshore/network';

/** Asked for each connection; made again when a file that it names has changed. */
export function renewedTls(tls: NonNullable<Config['redis']['tls']>): () => SecureOptions {
  let made: { of: string; secure: () => SecureOptions } | undefined;
  return () => {
    const now = revealAll(tls);
    const of = JSON.stringify(now);
    if (made?.of !== of) made = { of, secure: secureOptions(now, systemTrust()) };
    return made.secure();
  };
}
