/** The certificate authorities that this process trusts: one reading for all that connect. */
import { environment } from '@longshore/settings/environment';
import { certificatePlaces } from './places.js';
import { createTrust, type Trust } from './trust.js';

let trust: Trust | undefined;

/** Reads nothing until something is asked of it. */
export function systemTrust(): Trust {
  trust ??= createTrust(certificatePlaces(environment()));
  return trust;
}
