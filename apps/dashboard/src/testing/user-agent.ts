/** A browser as far as the sign-in needs one: it keeps cookies by name and follows redirects. */

export interface UserAgent {
  readonly cookies: Map<string, string>;
  /** As a person opens a page. Follows redirects. */
  open(url: string): Promise<Response>;
  /** One request, without following. */
  request(url: string, init?: RequestInit): Promise<Response>;
}

const MOST_REDIRECTS = 10;

export function createUserAgent(): UserAgent {
  const cookies = new Map<string, string>();
  const request: UserAgent['request'] = async (url, init = {}) => {
    const cookie = Array.from(cookies, (pair) => pair.join('=')).join('; ');
    const headers = { accept: 'text/html', ...(cookie && { cookie }), ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0\b/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  return {
    cookies,
    request,
    async open(url) {
      let at = url;
      for (let redirects = 0; redirects < MOST_REDIRECTS; redirects++) {
        const response = await request(at);
        const location = response.headers.get('location');
        if (location === null) return response;
        await response.arrayBuffer();
        at = new URL(location, at).href;
      }
      throw new Error(`more than ${MOST_REDIRECTS} redirects, the last one to ${at}`);
    },
  };
}
