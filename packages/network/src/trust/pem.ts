/** The parts of a PEM text. */

const CERTIFICATE = '-----BEGIN CERTIFICATE-----';
const CERTIFICATE_END = '-----END CERTIFICATE-----';

/** The certificates of a PEM file; one that OpenSSL cannot read would fail all of them. */
export function certificatesOf(text: string): string[] {
  const blocks: string[] = [];
  for (let from = text.indexOf(CERTIFICATE); from >= 0; from = text.indexOf(CERTIFICATE, from + 1)) {
    const end = text.indexOf(CERTIFICATE_END, from);
    if (end < 0) break;
    blocks.push(`${text.slice(from, end + CERTIFICATE_END.length)}\n`);
  }
  return blocks;
}
