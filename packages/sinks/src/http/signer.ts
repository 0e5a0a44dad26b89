/**
 * The port of signatures: proof to the receiver that a request is from this relay. A scheme knows the secret, and
 * nothing of requests but what it signs.
 */

/** What a signature covers beside the body. */
export interface Signed {
  /** The request's `Idempotency-Key`: the id of the delivery, or that of the batch. */
  deliveryId: string;
  /** When the attempt was made; epoch milliseconds. */
  at: number;
}

/** Signs each attempt by itself. */
export interface Signer {
  /** @param body the exact bytes that are sent @returns headers to add, by name. Never throws. */
  sign(body: Buffer, signed: Signed): Readonly<Record<string, string>>;
}

/** Adds nothing. */
export const unsigned: Signer = { sign: () => ({}) };
