/** What a request is, as values. */

/** What is known of a request before its body is read. */
export interface RequestHead {
  method: string;
  /** Path without the query, percent-encoded as it arrived. May hold a secret: see `paths.ts`. */
  path: string;
  query?: URLSearchParams;
  /** Names in lower case, as Node gives them. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Epoch milliseconds at which the head had arrived. */
  receivedAt: number;
  /** Address that it came from; a proxy's, behind one. */
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
