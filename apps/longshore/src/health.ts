/** Turns of Redis' health into log lines and the gauge: told once per turn, not once per look. */
import type { Observer } from '@longshore/observe';
import type { RedisHealth } from '@longshore/queue';

export function tellHealth(observer: Observer, health: RedisHealth, before: RedisHealth): void {
  const { up, unsafe, memory, warnings } = health;
  const { log } = observer;
  observer.redisUp(up);
  if (!up && before.up) tellAway(observer);
  if (up && !before.up) log.info({}, 'Redis is there');
  if (!up) return;

  if (unsafe && unsafe !== before.unsafe) log.error({}, `${unsafe}; ingest takes nothing into it until then`);
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
    else log.info({ percent }, 'Redis has room again: ingest takes events');
  }
}

export function tellAway({ log }: Observer): void {
  log.error({}, 'Redis is away: ingest answers 503, or spools, and deliveries wait until it is back');
}
