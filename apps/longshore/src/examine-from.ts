/** The checks of the doctor, from inside of a process of the relay: over its own connections. */
import { readConfig } from '@longshore/config';
import type { Check } from '@longshore/doctor';
import type { RoleParts } from './role.js';

/** Milliseconds for one connection: a page waits for all of them together. */
const TIMEOUT_MS = 5_000;

/** Never rejects. The file is read again, since what is wrong with it may be why it is not in force. */
export async function examineFrom({
  config,
  file,
  env,
  producer,
  archive,
  version,
}: RoleParts): Promise<Check[]> {
  const { examine } = await import('@longshore/doctor');
  const { problems } = readConfig(file, env, 'check');
  return examine({
    ...{ file, env, problems, version, config: config(), timeout: TIMEOUT_MS },
    redis: { client: producer },
    ...(archive && { archive: archive.archive }),
  });
}
