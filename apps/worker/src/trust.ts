/** The certificate authorities that this process trusts: one reading for all sinks and receivers. */
import { certificatePlaces, environment } from '@longshore/config';
import { createTrust, type Trust } from '@longshore/sinks';

let trust: Trust | undefined;

/** Reads nothing until something is asked of it. */
export function systemTrust(): Trust {
  trust ??= createTrust(certificatePlaces(environment()));
  return trust;
}
