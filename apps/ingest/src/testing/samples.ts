/** The sample requests of the kinds of source: `NAME.http` holds line, headers, an empty line and the body. */
import { readdirSync, readFileSync } from 'node:fs';
import type { RawRequest } from '@longshore/sources';

export interface Sample {
  name: string;
  request: RawRequest;
}

/** Every sample below a folder, each received at the same moment. */
export function samplesOf(folder: URL): Sample[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.http'))
    .map((name) => ({ name, request: requestOf(readFileSync(new URL(name, folder))) }));
}

function requestOf(file: Buffer): RawRequest {
  const end = file.indexOf('\n\n');
  const [line = '', ...lines] = file.toString('utf8', 0, end).split('\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = lines.map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
  });
  const body = file.subarray(end + 2);
  return { method, path, headers: Object.fromEntries(headers), body, receivedAt: 1_773_480_414_000 };
}
