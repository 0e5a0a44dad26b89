import { readFileSync } from 'node:fs';

/** Of this package, for `--version`, the logs and the `User-Agent`. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
