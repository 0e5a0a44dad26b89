/**
 * YAML text into a tree, read as gopkg.in/yaml.v2 reads it: the first document only, keys in order, the last
 * of a repeated key, `<<` merged where it stands. Syntax is the `yaml` library's; what differs from it in
 * meaning is here, in build.ts and in resolve.ts.
 *
 * Complaints never quote the file: the part that cannot be read may be a secret.
 */

import type { Env } from '@longshore/settings/environment';
import { Composer, type CST, type Document, LineCounter, Parser, type YAMLError } from 'yaml';
import { buildTree } from './build.js';
import { depthBeyond } from './depth.js';
import { type Issue, type Node, type Origin, Scalar } from './node.js';

/** The result for a text. `tree` is absent when there is an error. */
export interface Parsed {
  tree?: Node;
  errors: Issue[];
  warnings: Issue[];
}

const OPTIONS = {
  version: '1.1',
  // Every scalar stays text, whatever it looks like or is tagged as: resolve.ts decides.
  schema: 'failsafe',
  resolveKnownTags: false,
  merge: false,
  uniqueKeys: false,
} as const;

/** No configuration is that deep. The library recurses, and a stack overflow ends the process. */
const DEEPEST = 100;
/** Characters that YAML does not allow, not even in quotes. */
const FORBIDDEN = /(?![\t\n\r\u0085])[\p{Cc}\p{Cs}\ufffe\uffff]/u;

const CONTROL = 'not valid YAML: control character. Remove it';
const TOO_DEEP = `nested more than ${DEEPEST} levels deep`;
const OTHER_VERSION = 'the registry reads YAML 1.1 only. Remove the %YAML line';
const SECOND_DOCUMENT =
  'a second document starts here; only the first one is read, as in the registry. Put everything into one document';

/**
 * Parses the first document. An empty text is an empty scalar. Never throws for what the text holds.
 * @param from where all of it comes from, when that is not a file
 */
export function parseYaml(text: string, env?: Env, from?: Origin): Parsed {
  const lines = new LineCounter();
  const originOf = (offset: number): Origin => from ?? placeOf(lines.linePos(offset));
  const refused = (message: string, offset: number): Parsed => ({
    errors: [{ message, origin: originOf(offset) }],
    warnings: [],
  });

  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const forbidden = text.search(FORBIDDEN);
  if (forbidden !== -1) return refused(CONTROL, forbidden);
  const deep = depthBeyond(tokens, DEEPEST);
  if (deep !== undefined) return refused(TOO_DEEP, deep);

  const [document, second] = firstTwo(tokens, text.length);
  const fault = document && faultIn(document);
  if (fault !== undefined) return refused(...fault);
  const errors: Issue[] = [];
  const tree = document?.contents ? buildTree(document.contents, { originOf, env, errors }) : new Scalar('');
  const warnings = second ? [{ message: SECOND_DOCUMENT, origin: originOf(second.range[0]) }] : [];
  return errors.length > 0 ? { errors, warnings } : { tree, errors, warnings };
}

function firstTwo(tokens: CST.Token[], length: number): Document.Parsed[] {
  const found: Document.Parsed[] = [];
  for (const document of new Composer(OPTIONS).compose(tokens, true, length)) {
    if (found.push(document) === 2) break;
  }
  return found;
}

/** The first error of a document; the others are mostly its consequences. */
function faultIn({ directives, errors }: Document.Parsed): [message: string, offset: number] | undefined {
  // yaml.v2 accepts 1.1 only; the library does not report this.
  if (directives.yaml.explicit && directives.yaml.version !== '1.1') return [OTHER_VERSION, 0];
  const [first] = errors;
  return first && [worded(first), first.pos[0]];
}

/** The library's message without its quote of the file, which follows a colon or is an escape. */
function worded({ message, code }: YAMLError): string {
  const plain = message.replace(/(\n|: |\\).*/s, '').trim();
  return `not valid YAML: ${plain || code}`;
}

const placeOf = ({ line, col }: { line: number; col: number }): Origin =>
  line === 0 ? {} : { line, column: col };
