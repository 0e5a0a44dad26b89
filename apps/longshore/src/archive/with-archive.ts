/** The archive of a relay, for the time that a command needs it. */
import type { Archive } from '@longshore/archive';
import type { Config, Env } from '@longshore/config';
import { load } from '../load.js';
import { openCommandArchive } from '../operator/command-archive.js';

/**
 * Does something with the archive of a configuration file, and closes it afterwards.
 * @throws LongshoreError CONFIG_INVALID, what {@link openCommandArchive} and `use` throw
 */
export async function withArchive<T>(
  file: string,
  env: Env,
  use: (archive: Archive, config: Config) => Promise<T>,
): Promise<T> {
  const { config } = load(file, env);
  const archive = await openCommandArchive(config, file);
  try {
    return await use(archive, config);
  } finally {
    await archive.close();
  }
}
