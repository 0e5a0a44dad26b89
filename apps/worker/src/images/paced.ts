/** Spreads the requests to a registry over time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Registry } from '@longshore/registry-client';

/** What is asked of a registry here. @param rate at most `count` requests in `perMs` milliseconds */
export function paced(registry: Registry, { count, perMs }: { count: number; perMs: number }): Registry {
  const gapMs = perMs / count;
  let nextAt = 0;
  const turn = async (signal: AbortSignal): Promise<void> => {
    const now = performance.now();
    const at = Math.max(now, nextAt);
    nextAt = at + gapMs;
    if (at > now) await pause(at - now, undefined, { signal });
  };
  return new Proxy(registry, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'manifest' && name !== 'blob') return value.bind(target);
      return async (...args: Parameters<Registry['manifest']>) => {
        await turn(args[2]);
        return value.apply(target, args);
      };
    },
  });
}
