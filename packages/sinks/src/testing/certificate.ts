/** Certificates for this package's tests. */
export { type Certificate, selfSigned } from '@longshore/testkit';
