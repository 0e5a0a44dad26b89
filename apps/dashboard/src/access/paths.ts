/** Addresses of the sign-in. */

/** Begins a sign-in at the issuer. */
export const SIGN_IN_PATH = '/sign-in';
/** Asks for a password. At the root, so that a browser then sends it with every path (RFC 7617, 2.2). */
export const PASSWORD_PATH = '/sign-in-with-password';
/** Ends a session. */
export const SIGN_OUT_PATH = '/sign-out';

/** @param to path that follows the sign-in */
export const signInPath = (to: string, path: string = SIGN_IN_PATH): string =>
  `${path}?${new URLSearchParams({ to: ownPath(to) })}`;

/** A path of this dashboard; `/` for anything that could lead to another site. */
export function ownPath(to: unknown): string {
  const isPath = typeof to === 'string' && /^\/(?![/\\])[^\s\\\p{Cc}]{0,1000}$/u.test(to);
  return isPath ? to : '/';
}
