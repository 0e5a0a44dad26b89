/** What the doctor looks with, from outside of the processes of the relay. Starts nothing. */
import type { Config } from '@longshore/config';
import type { DoctorParts } from '@longshore/doctor';
import { findEmbeddedRedis } from '@longshore/embedded/redis';
import { LongshoreError } from '@longshore/event';
import { connect, type RedisAddress } from '@longshore/queue';
import { namedRedis } from '../named-redis.js';
import { version } from '../version.js';
import { openCommandArchive } from './command-archive.js';

/** The caller closes them. */
export async function doctorParts(
  given: Omit<DoctorParts, 'redis' | 'archive' | 'version'>,
): Promise<{ parts: DoctorParts; close(): Promise<void> }> {
  const { config, file } = given;
  const redis = await redisOf(config, file);
  const archive = config.archive && (await archiveOf(config, file));
  const parts: DoctorParts = { ...given, version, redis, ...(archive && { archive }) };
  return {
    parts,
    async close() {
      if ('client' in redis) redis.client.disconnect();
      if (archive && 'close' in archive) await archive.close();
    },
  };
}

async function redisOf(config: Config, file: string): Promise<DoctorParts['redis']> {
  try {
    const address = namedRedis(config)?.address ?? (await embedded(config));
    // Its errors are in what the look at it says.
    if (address) return { client: connect(address, 'producer', () => {}) };
    const missing = `no relay runs on ${config.datadir}, so its embedded Redis does not run`;
    return { missing, fix: `longshore run --config ${file}` };
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    return { missing: error.message, fix: 'set the variable or write the file of `redis`' };
  }
}

async function embedded({ datadir }: Config): Promise<RedisAddress | undefined> {
  const socket = await findEmbeddedRedis(datadir);
  return socket === undefined ? undefined : { socket: () => socket };
}

async function archiveOf(config: Config, file: string) {
  try {
    return await openCommandArchive(config, file);
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    const [missing = '', ...rest] = error.message.split('; ');
    return { missing, fix: rest.join('; ') || 'look at PostgreSQL and its log' };
  }
}
