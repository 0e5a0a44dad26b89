import type { Config } from '@longshore/config';

/** Milliseconds in which equal facts are told once, of the endpoints that collapse them. */
export function windowsOf({ notifications }: Config): Map<string, number> {
  const collapsing = notifications.endpoints.filter(({ collapse }) => collapse > 0);
  return new Map(collapsing.map(({ name, collapse }) => [name, collapse]));
}
