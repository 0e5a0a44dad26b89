/**
 * The libraries of `where`, loaded with the first expression: most configurations have none, and every command that
 * reads one would pay 40 ms of CPU. Node.js 20.19 and later also requires ES modules, which CEL is.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Calls `make` with the first use, and keeps what it gave. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** CEL: the language. */
export const cel = once(() => require('@marcbachmann/cel-js') as typeof import('@marcbachmann/cel-js'));
/** Regular expressions in linear time. */
export const re2 = once(() => require('re2js') as typeof import('re2js'));
/** Versions and their ranges. */
export const semver = once(() => require('semver') as typeof import('semver'));
