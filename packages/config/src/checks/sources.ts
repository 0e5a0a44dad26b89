/** Sources: valid names and authentication. The package `sources` checks the needs of each kind. */

import { quote } from '@longshore/settings/format';
import { oidcFault, sourceFault } from '@longshore/sources/settings';
import type { Auth, Config } from '../schema.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** The sources, and the common authentication. */
export function checkSources({ sources, ingest }: Config, { problems }: Check): void {
  checkHmac(ingest.auth, ['ingest', 'auth'], problems);
  const common = oidcOf(ingest.auth);
  const commonFault = common && oidcFault(common);
  if (commonFault) problems.error(['ingest', 'auth', 'oidc'], commonFault);

  if (ingest.proxy?.from.length === 0)
    problems.error(
      ['ingest', 'proxy', 'from'],
      'is empty: name the networks of the proxies, such as 10.0.0.5',
    );

  const names = new Set<string>();
  for (const [index, source] of sources.entries()) {
    const { name, auth } = source;
    const path = ['sources', index];
    checkHmac(auth, [...path, 'auth'], problems);
    const fault = sourceFault({ ...source, auth: { ...auth, oidc: oidcOf(auth) } });
    if (fault) problems.error([...path, ...fault.setting], fault.why);
    checkName(name, [...path, 'name'], names, problems);
    if (source.spool === 'always' && !ingest.spool.enabled) {
      problems.warning([...path, 'spool'], 'has no effect: ingest.spool is disabled. Remove one of the two');
    }
  }
}

const oidcOf = ({ oidc }: Auth) => oidc && { audience: [], ...oidc };

function checkName(name: string, path: Step[], names: Set<string>, problems: Check['problems']): void {
  if (problems.failedAt(path)) return;
  if (name === '') problems.error(path, 'is missing; it is part of the path /sources/NAME');
  else if (!/^[\w.-]{1,128}$/.test(name) || /^\.+$/.test(name)) {
    problems.error(path, 'must be 1 to 128 letters, digits and . _ -, since it is part of a path');
  } else if (name === 'reconcile') {
    problems.error(
      path,
      'is reserved: in ignore.sources it means events that a comparison found to be missing',
    );
  } else if (names.has(name))
    problems.error(path, `${quote(name)} is the name of a source above; names must differ`);
  names.add(name);
}

/** A secret that was written and could not be used is reported already. */
function checkHmac({ hmac }: Auth, path: Step[], problems: Check['problems']): void {
  const secret = [...path, 'hmac', 'secret'];
  if (hmac === undefined || hmac.secret !== undefined) return;
  if (!problems.failedAt(secret) && !problems.failedAt([...secret, 0])) problems.error(secret, 'is missing');
}
