/** The files that a configuration names: a secret in one may be renewed at any moment. */
import { Secret } from '@longshore/settings/secrets';

/** Paths of all `file:` references, each once. */
export function fileReferences(value: unknown): string[] {
  return [...new Set(found(value))];
}

function found(value: unknown): string[] {
  if (value instanceof Secret) return value.file === undefined ? [] : [value.file];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(found);
}
