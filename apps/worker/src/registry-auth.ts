/** Credentials of a registry, as settings have them, for its client. */
import type { RegistryAuth } from '@longshore/registry-client';

/** The methods with their secrets revealed; at most one of them is there. */
export interface AuthSettings {
  basic?: Record<string, string>;
  bearer?: string;
  identity?: string;
  file?: string;
}

/** Undefined: anonymous. */
export function registryAuthOf({ basic, bearer, identity, file }: AuthSettings): RegistryAuth | undefined {
  const [user] = Object.entries(basic ?? {});
  if (user) return { username: user[0], password: user[1] };
  if (bearer) return { bearer };
  if (identity) return { identityToken: identity };
  return file ? { dockerConfig: file } : undefined;
}
