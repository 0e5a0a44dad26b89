/** A request, as values. */

/** A request before its body is read. */
export interface RequestHead {
  method: string;
  /** Path without the query, percent-encoded as it arrived. May hold a secret: see `paths.ts`. */
  path: string;
  query?: URLSearchParams;
  /** Names in lower case, as Node gives them. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Epoch milliseconds at which the head had arrived. */
  receivedAt: number;
  /** Address of the client; of the proxy in front, unless `ingest.proxy` trusts that. Absent: unknown. */
  remote?: string;
}

/** A whole webhook. The bytes are kept, because signatures are made over them. */
export interface RawRequest extends RequestHead {
  /** Without its content encoding, as far as that could be undone. */
  body: Buffer;
  /** The body with its content encoding, as it arrived; absent when both are the same. */
  wire?: Buffer;
  /** Why the content encoding could not be undone, as a reason for quarantine; absent when it could. */
  undecoded?: string;
}

/** A header's value, the first of several; undefined when it is empty. */
export function headerOf({ headers }: Pick<RequestHead, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
