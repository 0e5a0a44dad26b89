/** Seconds in which a user has to sign in at the issuer. */
export const PENDING_SECONDS = 600;
