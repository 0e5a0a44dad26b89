/** What one Redis server says of itself. */
import type { Redis } from 'ioredis';

/** Numbers are those of INFO; a setting that the server does not show is undefined. */
export interface ServerFacts {
  /** `redis`, `valkey`, `dragonfly` or `keydb`. */
  engine: string;
  /** Of the engine: `7.2.4`. */
  version: string;
  /** Share of maxmemory in use, 0 … 1; 0 without a maxmemory. */
  memory: number;
  /** Writes that waited for an fsync since its start. */
  delayedFsyncs: number;
  /** Connections now, and at most. */
  clients: number;
  maxClients?: number;
  /** `always`, `everysec` or `no`. */
  fsync?: string;
  /** CONFIG is refused, as by managed services: `fsync` is not known. */
  isConfigHidden: boolean;
}

const ENGINES = ['valkey', 'dragonfly', 'keydb'] as const;

/** @throws what INFO throws */
export async function serverFacts(node: Redis): Promise<ServerFacts> {
  const text = await node.info();
  const fields = new Map(
    text.split('\r\n').map((line) => [before(line), line.slice(before(line).length + 1)]),
  );
  const numberOf = (name: string): number => Number(fields.get(name) ?? 0);
  const engine = ENGINES.find((name) => fields.has(`${name}_version`)) ?? 'redis';
  const limit = numberOf('maxmemory');
  const fsync = await settingOf(node, 'appendfsync');
  return {
    engine,
    version: fields.get(`${engine}_version`) ?? '',
    memory: limit > 0 ? numberOf('used_memory') / limit : 0,
    delayedFsyncs: numberOf('aof_delayed_fsync'),
    clients: numberOf('connected_clients'),
    ...(fields.has('maxclients') && { maxClients: numberOf('maxclients') }),
    ...(fsync !== undefined && { fsync }),
    isConfigHidden: fsync === undefined,
  };
}

const before = (line: string): string => line.split(':', 1)[0] ?? '';

/** Undefined where CONFIG is refused. */
async function settingOf(node: Redis, name: string): Promise<string | undefined> {
  const answer: unknown = await node.config('GET', name).catch(() => undefined);
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined;
}
