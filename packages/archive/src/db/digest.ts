/** Digests as bytes: one for the algorithm, then the raw value, half as long as the text and its prefix left out. */

/** The first byte. What is of no known algorithm, or not in its form, is kept as text behind 0. */
const ALGORITHMS: readonly { code: number; prefix: string; hex: number }[] = [
  { code: 1, prefix: 'sha256:', hex: 64 },
  { code: 2, prefix: 'sha512:', hex: 128 },
  { code: 3, prefix: 'sha384:', hex: 96 },
];

const AS_TEXT = 0;
/** An entry of an index has to fit into a third of a page. */
const MAX_TEXT_BYTES = 1_024;

/** As in a column `digest`. Text of any form is accepted; beyond 1,024 bytes it is cut. */
export function digestBytes(text: string): Buffer {
  for (const { code, prefix, hex } of ALGORITHMS) {
    const value = text.slice(prefix.length);
    if (text.startsWith(prefix) && value.length === hex && /^[0-9a-f]+$/.test(value)) {
      return Buffer.from(code.toString(16).padStart(2, '0') + value, 'hex');
    }
  }
  return Buffer.concat([Buffer.of(AS_TEXT), Buffer.from(text).subarray(0, MAX_TEXT_BYTES)]);
}

/** `algorithm:hex` again. */
export function digestText(bytes: Buffer): string {
  const algorithm = ALGORITHMS.find(({ code }) => code === bytes[0]);
  return algorithm ? algorithm.prefix + bytes.toString('hex', 1) : bytes.toString('utf8', 1);
}
