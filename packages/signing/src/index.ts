/** Signatures of requests: how they are made, and how a receiver checks them. */
export { SIGN_SCHEMES, type SignOptions, type SignScheme } from './schemes.js';
export { createSign, type Sign } from './sign.js';
export { TOLERANCE_MS, type Verification, verifySignature } from './verify.js';
