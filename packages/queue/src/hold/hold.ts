/**
 * What is shown of endpoints that are held because their receivers look down, and the switch that probes at once.
 * The state changes in the scripts that take and settle deliveries alone; see `hold-lua.ts`.
 */
import { asking } from '../asking.js';
import { coalesce, type RedisClient } from '../connection.js';
import { endpointKey } from '../names.js';
import { runScript, script } from '../script.js';
import { HOLD_LUA } from './hold-lua.js';

/** An endpoint that is held, or recovers. */
export interface Hold {
  /**
   * `held`: what waits is not taken, but for probes. `recovering`: deliveries in flight grow to `concurrency`, and what
   * died of the outage is revived.
   */
  state: 'held' | 'recovering';
  /** Since when it is in this state, in epoch milliseconds. */
  since: number;
  /** Of the last failed attempt: `refused`, `http_503` … */
  reason: string;
  /** Of the last failed attempt, for people. */
  detail?: string;
  /** When the next probe is due, in epoch milliseconds. Absent while one is in flight, and after the hold. */
  probeAt?: number;
  /** The receiver’s `Retry-After`: nothing is sent before, in epoch milliseconds. */
  until?: number;
  /** How many dead deliveries were revived so far. */
  revived?: number;
}

/** Looks; costs one small read for each endpoint. */
export interface HoldReader {
  /**
   * Those of `endpoints` that are held or recover.
   * @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable
   */
  get(endpoints: readonly string[]): Promise<Map<string, Hold>>;
}

/** Ends the wait for the next probe. */
export interface HoldSwitch {
  /**
   * A held endpoint is probed at once, whatever its `Retry-After` says; one that is not held is left as it is.
   * @returns whether it is held
   * @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable
   */
  probe(endpoint: string): Promise<boolean>;
}

const FIELDS = [
  'state',
  'since',
  'reason',
  'detail',
  'probeAt',
  'probe',
  'until',
  'paused',
  'ended',
  'revived',
] as const;

/** The hash that holds the state of an endpoint’s hold. */
export const holdKey = (prefix: string, endpoint: string): string => endpointKey(prefix, endpoint, 'hold');

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createHoldReader(client: RedisClient, prefix: string): HoldReader {
  return {
    get: (endpoints) =>
      asking(client, async () => {
        coalesce(client);
        const [[seconds = 0], ...stored] = await Promise.all([
          client.time(),
          ...endpoints.map((endpoint) => client.hmget(holdKey(prefix, endpoint), ...FIELDS)),
        ]);
        const now = Number(seconds) * 1_000;
        const holds = stored.map((values) => holdOf(values, now));
        return new Map(
          endpoints.flatMap((endpoint, at): [string, Hold][] => {
            const hold = holds[at];
            return hold ? [[endpoint, hold]] : [];
          }),
        );
      }),
  };
}

function holdOf(values: readonly (string | null)[], now: number): Hold | undefined {
  const field = (name: (typeof FIELDS)[number]): string | undefined =>
    values[FIELDS.indexOf(name)] || undefined;
  const time = (name: (typeof FIELDS)[number]): number => Number(field(name) ?? 0);
  const state = field('state');
  const until = time('until');
  const isPaused = until > now;
  if (state !== 'held' && state !== 'recovering' && !isPaused) return undefined;

  const isHeld = state === 'held' || isPaused;
  const detail = field('detail');
  const revived = time('revived');
  const isProbing = field('probe') !== undefined;
  return {
    state: isHeld ? 'held' : 'recovering',
    since: state === 'held' ? time('since') : isPaused ? time('paused') : time('ended'),
    reason: field('reason') ?? '',
    ...(detail && { detail }),
    ...(state === 'held' && !isProbing && { probeAt: Math.max(time('probeAt'), until) }),
    ...(isPaused && { until }),
    ...(revived > 0 && { revived }),
  };
}

/** KEYS the hold. Returns 1 when the endpoint is held. */
const PROBE = script(`
${HOLD_LUA}
local time = redis.call('TIME')
return holdRelease({ hold = KEYS[1] }, tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)) and 1 or 0
`);

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createHoldSwitch(client: RedisClient, prefix: string): HoldSwitch {
  return {
    probe: (endpoint) =>
      asking(client, async () => (await runScript(client, PROBE, [holdKey(prefix, endpoint)], [])) === 1),
  };
}
