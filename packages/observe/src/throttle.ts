/**
 * A logger for what can happen thousands of times a second and says the same each time, such as the errors of
 * a client whose Redis is unavailable. The first line of a period is written at once; of the others the last is
 * written when the period ends, with the number of those left out.
 */
import type { Level } from './records.js';

/** For life-cycle lines such as `ready`. An error goes under `err`, which is logged safely. */
export type Logger = Record<Level, (fields: object, message: string) => void>;

interface Line {
  level: Level;
  fields: object;
  message: string;
}

/** A quiet logger, and the way to have its last words at the end. */
export interface Throttle {
  logger: Logger;
  /** Writes what waits for the end of the period. */
  flush(): void;
}

/** `everyMs`: length of a period. */
export function throttle(log: Logger, everyMs: number): Throttle {
  let period: NodeJS.Timeout | undefined;
  let last: Line | undefined;
  let leftOut = 0;

  const startPeriod = () => {
    period = setTimeout(() => {
      period = undefined;
      if (flush()) startPeriod();
    }, everyMs).unref();
  };
  const flush = (): boolean => {
    if (last === undefined) return false;
    const { level, fields, message } = last;
    log[level](leftOut > 0 ? { ...fields, leftOut } : fields, message);
    last = undefined;
    leftOut = 0;
    return true;
  };
  const take = (line: Line) => {
    if (last !== undefined) leftOut++;
    last = line;
    if (period !== undefined) return;
    flush();
    startPeriod();
  };
  const at = (level: Level) => (fields: object, message: string) => take({ level, fields, message });
  return {
    logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    flush: () => void flush(),
  };
}
