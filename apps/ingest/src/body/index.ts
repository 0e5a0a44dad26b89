/** Bodies of one process: read and inflated within a limit for each and a budget for all. */
import type { IncomingMessage } from 'node:http';
import type { RawRequest, RequestHead } from '@longshore/sources';
import { createBudget } from './budget.js';
import { inflate } from './inflate.js';
import { readBytes } from './read.js';

/** Bytes; asked for at each request, they change with the configuration. */
export interface BodyLimits {
  /** `ingest.maxbody` */
  maxBody(): number;
  /** `ingest.maxinflight`. Requests to one path from one address get half of it together. */
  maxInFlight(): number;
}

/** Reads bodies. */
export interface Bodies {
  /**
   * Reads the body of a request and uses it; its bytes count as in flight until `use` has settled.
   * @throws LongshoreError SOURCE_TOO_LARGE, SOURCE_RATIO, SOURCE_BUSY, SOURCE_BODY
   */
  read<T>(request: IncomingMessage, head: RequestHead, use: (raw: RawRequest) => Promise<T>): Promise<T>;
  /** Bytes in flight. */
  readonly inFlight: number;
}

/** See the header. */
export function createBodies({ maxBody, maxInFlight }: BodyLimits): Bodies {
  const budget = createBudget(maxInFlight);
  return {
    get inFlight() {
      return budget.used;
    },
    async read(request, head, use) {
      const limit = maxBody();
      const share = budget.open(`${head.path} ${head.remote}`);
      try {
        const wire = await readBytes(request, limit, share);
        const encoding = request.headers['content-encoding'];
        if (encoding === undefined) return await use({ ...head, body: wire });
        const { bytes, undecoded } = await inflate(wire, encoding, limit, share);
        return await use(decoded(head, wire, bytes, undecoded));
      } finally {
        share.release();
      }
    },
  };
}

/** What is kept of it later is the decoded body, so the encoding must not stand beside it. */
function decoded(head: RequestHead, wire: Buffer, body: Buffer, undecoded?: string): RawRequest {
  if (body === wire) return { ...head, body, ...(undecoded !== undefined && { undecoded }) };
  const { 'content-encoding': _, ...headers } = head.headers;
  return { ...head, headers, body, wire };
}
