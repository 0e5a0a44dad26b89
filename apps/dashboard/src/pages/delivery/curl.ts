/** A request as a command for a POSIX shell. Pure. */

/** Lines that curl makes by itself, of the bytes that it sends. */
const OWN = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding']);

/** Nothing in it is acted on by the shell: each word is in single quotes. */
export function curlOf(
  url: string,
  request: { method: string; headers: readonly (readonly [name: string, value: string])[]; body: string },
): string {
  const { method, headers, body } = request;
  const lines = headers.filter(([name]) => !OWN.has(name.toLowerCase()));
  return [
    `curl --request ${quoted(method)} ${quoted(url)}`,
    ...lines.map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`),
    ...(body === '' ? [] : [`--data-raw ${quoted(body)}`]),
  ].join(' \\\n  ');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
