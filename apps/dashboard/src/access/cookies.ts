/**
 * The cookies of the sign-in. `HttpOnly`: no script reads them. `SameSite=Lax`: they come with a link that a person
 * follows, and with no other request of another site. Over https `Secure` and `__Host-`: no other host can set them.
 */
import type { Context } from 'koa';

/** `session`: who is signed in. `pending`: a sign-in that was begun. */
type CookieName = 'session' | 'pending';

/** Cookies of one request. */
export interface Cookies {
  get(name: CookieName): string | undefined;
  set(name: CookieName, value: string, seconds: number): void;
  drop(name: CookieName): void;
}

/** @param settings whose `redirecturl` says whether browsers reach the dashboard over https */
export function cookiesOf(ctx: Context, { redirecturl }: { redirecturl: string }): Cookies {
  const isSecure = redirecturl.startsWith('https:');
  const named = (name: CookieName): string => `${isSecure ? '__Host-' : ''}longshore-${name}`;
  // Not by ctx.cookies, which refuses `Secure` behind a proxy that speaks http to us.
  const set: Cookies['set'] = (name, value, seconds) => {
    const attributes = `Path=/; Max-Age=${Math.floor(seconds)}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
    ctx.append('Set-Cookie', `${named(name)}=${value}; ${attributes}`);
  };
  return {
    get: (name) => ctx.cookies.get(named(name)),
    set,
    drop: (name) => set(name, '', 0),
  };
}
