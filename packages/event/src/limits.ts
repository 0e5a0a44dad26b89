/** Limits that more than one stage has to know. */

/** Bytes of a body that quarantine keeps. The rest is cut off, and the entry says how long the body was. */
export const QUARANTINED_BODY_BYTES = 1024 * 1024;
