/** Credentials that stay as they are: the value of `Authorization` for `bearer` and `basic`. */

/** Settings of both, with the secrets themselves. */
export interface FixedAuth {
  bearer?: string;
  /** One user and its password. */
  basic?: Readonly<Record<string, string>>;
}

/** The value, and what of it must not be shown; undefined when neither is set. */
export function fixedAuthorization({ bearer, basic }: FixedAuth) {
  if (bearer !== undefined) return { value: `Bearer ${bearer.trim()}`, secrets: [bearer.trim()] };
  const [user] = Object.entries(basic ?? {});
  if (user === undefined) return undefined;
  const value = `Basic ${Buffer.from(user.join(':')).toString('base64')}`;
  return { value, secrets: [user[1], value] };
}
