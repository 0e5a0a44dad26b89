/** Turns of Redis' health into log lines and the gauge: one line for each turn, not for each look. */
import type { Observer } from '@longshore/observe';
import type { RedisHealth } from '@longshore/queue';

/** What is logged of Redis' health. */
export interface HealthLog {
  /** Redis has answered, or has not in time: from now on turns are logged. Before, a line would be about the start. */
  begin(health: RedisHealth): void;
  /** Redis was looked at. */
  seen(health: RedisHealth): void;
}

/** Logs nothing before `begin`. */
export function healthLog(observer: Observer): HealthLog {
  let last: RedisHealth | undefined;
  const seen = (health: RedisHealth): void => {
    if (!last) return;
    logTurn(observer, health, last);
    last = health;
  };
  return {
    seen,
    begin(health) {
      last = { ...health, up: false, full: false, trouble: undefined, unsafe: undefined, warnings: [] };
      seen(health);
    },
  };
}

/** Logs what differs between two looks. */
function logTurn(observer: Observer, health: RedisHealth, before: RedisHealth): void {
  const { up, unsafe, memory, trouble, warnings } = health;
  const { log } = observer;
  observer.redisUp(up);
  if (trouble && trouble.cause !== before.trouble?.cause) logTrouble(observer, trouble);
  if (up && !before.up) log.info({}, 'Redis available');
  else if (up && !trouble && before.trouble) log.info({}, 'Redis accepts writes again');
  if (!up) return;

  if (unsafe && !before.unsafe) log.error({}, `${unsafe}; ingest answers 503, or spools, until then`);
  for (const warning of warnings) if (!before.warnings.includes(warning)) log.warn({}, warning);
  const { full } = health;
  const wasFull = before.full;
  if (full !== wasFull) {
    const percent = Math.round(memory * 100);
    if (full)
      log.error(
        { percent },
        'Redis is nearly full: ingest answers 503, or spools, until workers have drained',
      );
    else log.info({ percent }, 'Redis has room again: ingest accepts events');
  }
}

function logTrouble({ log }: Observer, { cause, message }: NonNullable<RedisHealth['trouble']>): void {
  if (cause === 'away') {
    const reason = message;
    log.error(
      { reason },
      'Redis unavailable: ingest answers 503, or spools, and deliveries wait until it is back',
    );
  } else {
    const workers = cause === 'unconfirmed' ? '' : ', and deliveries wait';
    log.error({}, `${message}; ingest answers 503, or spools${workers} until then`);
  }
}
