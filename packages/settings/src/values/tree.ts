/** A value of any form, as JSON has it, that a request is made of. */
import { Secret } from '../secret.js';
import { type Kind, value } from './setting.js';

/** `env:NAME` and `file:/path` are secrets as everywhere; every other text is itself. */
export type Tree = string | number | boolean | null | Secret | Tree[] | { [key: string]: Tree };

const kind: Kind<Tree> = {
  words: 'any value',
  json: {},
  anyForm: true,
  verbatim: true,
  read({ text, resolved, env }) {
    if (resolved.kind === 'null') return null;
    if (resolved.kind === 'bool' || resolved.kind === 'float') return resolved.value;
    if (resolved.kind === 'int') {
      const number = Number(resolved.value);
      return Number.isSafeInteger(number) ? number : text;
    }
    const written = resolved.kind === 'text' ? resolved.value : text;
    return /^(env|file):\S+$/.test(written) ? new Secret(written, env) : written;
  },
  print: (tree) => (typeof tree === 'string' ? tree : JSON.stringify(tree)),
};

/** See the header. Printed as JSON. */
export const tree = () => value<Tree>(kind);
