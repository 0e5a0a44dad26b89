/** What is absent is an answer, and no other error is. */
import { RegistryError } from '@longshore/registry-client';

/** For `.catch`. Rejects again unless the registry does not have it. */
export function unlessMissing(error: unknown): undefined {
  if (error instanceof RegistryError && error.kind === 'not_found') return undefined;
  throw error;
}
