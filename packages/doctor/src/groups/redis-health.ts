/** What a look at Redis found, as findings: of `longshore doctor`, and of `/readyz`. */
import { type RedisHealth, troubleIn } from '@longshore/queue';
import { type Finding, fail, parted, pass, warn } from '../finding.js';

/** Share of maxmemory from which on ingest takes nothing. */
const percent = (share: number): number => Math.round(share * 100);

/** Failures first. @param takesEvents whether ingest is meant, which stops when Redis is nearly full */
export function redisFindings(health: RedisHealth, takesEvents = true): Finding[] {
  const trouble = troubleIn(health) ?? (health.up ? undefined : 'Redis does not answer; start Redis');
  const found: Finding[] = [];
  if (trouble) {
    const { message, fix = 'look at Redis and its log' } = parted(trouble);
    found.push(fail('usable', message, fix));
  }
  if (!health.up) return found;
  if (takesEvents && health.full) {
    const message = `Redis is at ${percent(health.memory)} % of its maxmemory: ingest answers 503, or spools, until workers have drained`;
    found.push(
      fail(
        'memory',
        message,
        'add workers, see which endpoint waits with `longshore status`, or raise maxmemory',
      ),
    );
  }
  for (const warning of health.warnings) {
    const { message, fix = 'correct its configuration' } = parted(warning);
    found.push(warn('settings', message, fix));
  }
  return found.length > 0 ? found : [pass('usable', 'answers, and takes writes')];
}
