/** Redis' and ioredis' errors in our words: what the sender reads in a 503 and the operator in the log. */
import { LongshoreError } from '@longshore/event';
import { factsOf, type RedisClient, whyNotReady } from './connection.js';
import { outsideOf, troubleOf } from './trouble.js';

/** Redis is not connected; with what its last connection error says. */
export function notConnected(client: RedisClient): LongshoreError {
  return refusal(factsOf(client).lastError?.() ?? new Error(whyNotReady(client) || 'not connected'), client);
}

/** What a failed command comes to for the sender of the request. */
export function refusal(error: unknown, client: RedisClient): LongshoreError {
  if (error instanceof LongshoreError) return error;
  const trouble = troubleOf(error, client);
  if (trouble) return refused(trouble.code, `${trouble.message}; then send the same request again`, error);
  const reason = (error instanceof Error ? error.message : String(error)).replace(SCRIPT_POSITION, '');
  return refused('QUEUE_UNAVAILABLE', `Redis is unavailable (${reason}); send the same request again`, error);
}

const refused = (code: LongshoreError['code'], message: string, cause: unknown): LongshoreError =>
  new LongshoreError(code, message, { cause, outside: outsideOf(message) });

/** Where in a script an error came up: of use to the author of the script alone. */
const SCRIPT_POSITION = /,? ?script: [0-9a-f]{40}, on @user_script:\d+\.?/;
