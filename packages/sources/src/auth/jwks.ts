/**
 * Fetches an issuer's keys. The answer comes from outside and is needed while a sender waits, so its size and its
 * time have a limit, and a failure is remembered: while an issuer hangs, one request waits for it and not each.
 */
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';

/** Below the 10 s that Pub/Sub waits. Covers the whole answer. */
const FETCH_TIMEOUT_MS = 5_000;
/** Google's keys have 2 KB, Entra ID's 20 KB. */
const MAX_ANSWER_BYTES = 2 ** 20;
/** How long after a failure the issuer is not asked again. */
const REMEMBERED_MS = 10_000;

/** The keys at a url, fetched when first needed and kept; the key function rejects when they cannot be fetched. */
export function remoteKeys(url: URL): JWTVerifyGetKey {
  return createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    [customFetch]: rememberingFailure(boundedFetch),
  });
}

const boundedFetch: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(size > 0 ? Buffer.concat(chunks) : null, { status, headers });
};

function rememberingFailure(fetchIt: FetchImplementation): FetchImplementation {
  let failed: { at: number; error: unknown } | undefined;
  return async (url, options) => {
    if (failed && Date.now() - failed.at < REMEMBERED_MS) throw failed.error;
    failed = undefined;
    try {
      const response = await fetchIt(url, options);
      if (response.status !== 200) throw new Error(`the issuer answers ${response.status}`);
      return response;
    } catch (error) {
      failed = { at: Date.now(), error };
      throw error;
    }
  };
}
