/** A url with expressions, taken apart by its text: it is no url before they are rendered. */

/** What is in front of the path, and the path and query. */
export function urlParts(url: string): { origin: string; rest: string } {
  const [origin = ''] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(url) ?? [];
  return { origin, rest: url.slice(origin.length) };
}

const START = /\{[{%]/;
const ENDS: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}' };

/** The url with `*` in the place of each expression. */
export function literalUrl(url: string): string {
  let literal = '';
  let rest = url;
  for (let start = rest.search(START); start >= 0; start = rest.search(START)) {
    const end = rest.indexOf(ENDS[rest.slice(start, start + 2)] ?? '', start + 2);
    literal += `${rest.slice(0, start)}*`;
    rest = end < 0 ? '' : rest.slice(end + 2);
  }
  return literal + rest;
}
