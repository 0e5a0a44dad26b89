/**
 * `WWW-Authenticate` (RFC 9110 section 11.6.1): several challenges in one header, quoted commas included.
 */

/** One challenge. Scheme and names of parameters in lower case. */
export interface Challenge {
  scheme: string;
  parameters: Readonly<Record<string, string>>;
}

/** `name=value`, `name="value"`, or a scheme alone; with what separates them. */
const PIECE = /[\s,]*(?:([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([A-Za-z][\w-]*))/y;

/** All of the header, in its order. What cannot be read ends the list. */
export function challengesOf(header: string | undefined): Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  PIECE.lastIndex = 0;
  for (;;) {
    const match = PIECE.exec(header ?? '');
    if (!match) return found;
    const [, name, quoted, plain, scheme] = match;
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: {} });
    const last = found.at(-1);
    if (name === undefined || !last) continue;
    last.parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '';
  }
}

/** The strongest challenge of a header that can be followed: Bearer, else Basic. */
export function strongestIn(header: string | undefined): Challenge | undefined {
  const all = challengesOf(header);
  return ['bearer', 'basic'].flatMap((scheme) => all.find((one) => one.scheme === scheme) ?? [])[0];
}
