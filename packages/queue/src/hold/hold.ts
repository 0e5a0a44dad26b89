/**
 * What is shown of endpoints that are held because their receivers look down, and the switch that probes at once.
 * One hash in Redis has the state for all workers. It changes in the scripts that take and settle deliveries alone; see
 * `hold-lua.ts`.
 */
import { OWN_TROUBLES, type OwnTrouble, type Reason } from '@longshore/event';
import { asking } from '../asking.js';
import { coalesce, type RedisClient } from '../connection.js';
import { endpointKey } from '../names.js';
import { runScript, script } from '../script.js';
import { aReason } from '../stored-json.js';
import { lowerAgenda } from '../take/agenda.js';
import { HOLD_STATE_LUA } from './hold-lua.js';

/** An endpoint that is held or recovers. Times are epoch milliseconds of Redis' clock. */
export interface Hold {
  /**
   * `held`: what waits is not taken, but for probes. `recovering`: deliveries in flight grow to `concurrency`, and what
   * died of the outage is revived.
   */
  state: 'held' | 'recovering';
  /** When the hold began. */
  since: number;
  /** Of the last failure: `refused`, `http_503`, … */
  reason: Reason;
  /** Of the last failure, for people. */
  detail?: string;
  /** When the next probe is due, unless a retry comes first. Absent while one is in flight, and after the hold. */
  probeAt?: number;
  /** The receiver asked for a pause until then (`Retry-After`): nothing is sent before. */
  until?: number;
  /** Dead letters of this outage that were revived so far. */
  revived?: number;
  /** Trouble of our own keeps everything from the receiver; it costs no attempt. `detail` has it in words. */
  own?: OwnTrouble;
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

/** The hash with the state of an endpoint's hold; there is none while it delivers. */
export const holdKey = (prefix: string, endpoint: string): string => endpointKey(prefix, endpoint, 'hold');

/**
 * @param fields of the hash
 * @param now epoch milliseconds
 * @returns undefined when the endpoint is neither held nor recovers
 */
export function holdOf(fields: ReadonlyMap<string, string>, now = Date.now()): Hold | undefined {
  const number = (field: string): number | undefined => Number(fields.get(field)) || undefined;
  const own = ownOf(fields, now);
  if (own) return own;
  const state = fields.get('state');
  const until = number('until') ?? 0;
  const isPaused = until > now;
  if (state !== 'held' && state !== 'recovering' && !isPaused) return undefined;
  const isProbed = state === 'held' && !fields.has('probe');
  return {
    state: state === 'held' || isPaused ? 'held' : 'recovering',
    since: number(state ? 'since' : 'paused') ?? now,
    reason: aReason.safeParse(fields.get('reason')).data ?? 'error',
    detail: fields.get('detail') || undefined,
    probeAt: isProbed ? Math.max(number('probeAt') ?? 0, until) : undefined,
    until: isPaused ? until : undefined,
    revived: number('revived'),
  };
}

/** Without a worker that tries again nothing says whether the trouble is over. Milliseconds. */
const OWN_TROUBLE_KNOWN_MS = 60_000;

/** Trouble of our own is what an operator has to repair first, whatever the receiver does. */
function ownOf(fields: ReadonlyMap<string, string>, now: number): Hold | undefined {
  const own = fields.get('own');
  const probeAt = Number(fields.get('ours')) || 0;
  if (own === undefined || !isOwnTrouble(own) || probeAt + OWN_TROUBLE_KNOWN_MS < now) return undefined;
  const since = Number(fields.get('ownAt')) || now;
  return { state: 'held', since, reason: 'error', detail: fields.get('ownWhy') || undefined, probeAt, own };
}

const isOwnTrouble = (word: string): word is OwnTrouble => Object.hasOwn(OWN_TROUBLES, word);

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createHoldReader(client: RedisClient, prefix: string): HoldReader {
  return {
    get: (endpoints) =>
      asking(client, async () => {
        coalesce(client);
        const read = endpoints.map(async (endpoint): Promise<[string, Hold][]> => {
          const fields = await client.hgetall(holdKey(prefix, endpoint));
          const hold = holdOf(new Map(Object.entries(fields)));
          return hold ? [[endpoint, hold]] : [];
        });
        return new Map((await Promise.all(read)).flat());
      }),
  };
}

/** KEYS the hold. Returns 1 when the endpoint is held. */
const PROBE = script(`
${HOLD_STATE_LUA}
redis.call('DEL', KEYS[1] .. ':none') -- a full Redis lets a script finish that has removed something
local time = redis.call('TIME')
return holdRelease({ ours = function() return KEYS[1] end }, time[1] * 1000 + math.floor(time[2] / 1000)) and 1 or 0
`);

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createHoldSwitch(client: RedisClient, prefix: string): HoldSwitch {
  return {
    probe: (endpoint) =>
      asking(client, async () => {
        const isHeld = (await runScript(client, PROBE, [holdKey(prefix, endpoint)], [])) === 1;
        await lowerAgenda(client, prefix, endpoint);
        return isHeld;
      }),
  };
}
