/**
 * Refuses words that no platform engineer searches for, in documentation, messages, comments and names.
 *
 * What is read: all Markdown; the production source of each room (strings, JSX text, comments and identifiers, split
 * at their capitals, so `toldOnce` counts); tests; YAML, Docker, Redis and systemd files; the generated schema. Samples
 * are not read: they are somebody else's text.
 *
 * An exception stands on the line of the word or on the line before it, with its reason:
 *
 *     // english: allow told, the vendor's own field name
 *     <!-- english: allow told, quoted from the manual -->
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Each refused word and what to write. Lower case, one space between the words of a phrase. */
const REFUSED = {
  told: 'reported, notified, printed, said',
  mend: 'fix',
  mends: 'fixes',
  mended: 'fixed',
  mending: 'fixing',
  nobody: 'no one, or the thing that does not happen',
  'for ever': 'forever, without a limit',
  anew: 'again',
  'gone is gone': 'this cannot be undone',
  'goes on': 'continues, keeps running, resumes',
  whoever: 'anyone who, or the person or program meant',
  patience: 'timeout',
  'of now': 'current',
  'looked after': 'supervised, evaluated',
};

const PHRASE = new RegExp(
  `\\b(?:${Object.keys(REFUSED)
    .map((word) => word.replaceAll(' ', '\\s+'))
    .join('|')})\\b`,
  'giu',
);

const ALLOWED = /english: allow ([a-z ]+), \S/i;

const READ = /\.(?:md|ts|tsx|mjs|ya?ml|conf|service)$|(?:^|\/)(?:Dockerfile|\.env\.example)$|\.schema\.json$/;

const NOT_READ =
  /(?:^|\/)(?:samples|__snapshots__)\/|^pnpm-lock\.yaml$|^scripts\/check-english(?:\.test)?\.mjs$/;

/** Packages whose tests are not read yet. */
const TESTS_NOT_READ =
  /^(?:packages\/(?:config|registry-client|settings|sinks)|apps\/worker)\/.*(?:\.test\.tsx?$|\/testing\/|\/contract\.ts$)/;

/** All refused words in the tree at `root`, one line each: file, line, word, replacement. */
export function checkEnglish(root) {
  return filesOf(root).flatMap((file) => findings(file, readFileSync(join(root, file), 'utf8')));
}

/** What is refused in one file, given its path from the root and its text. */
export function findings(file, text) {
  const isSource = /\.(?:ts|tsx|mjs)$/.test(file);
  const read = isSource ? splitNames(text) : text;
  const lines = text.split('\n');
  return [...joined(read).matchAll(PHRASE)].flatMap(({ 0: found, index }) => {
    const line = lineAt(read, index);
    const word = found.toLowerCase().replaceAll(/\s+/g, ' ');
    if (isAllowed(word, lines[line - 2]) || isAllowed(word, lines[line - 1])) return [];
    return [`${file}:${line}: "${word}": write ${REFUSED[word]}`];
  });
}

function isAllowed(word, line = '') {
  const [, allowed] = ALLOWED.exec(line) ?? [];
  return allowed?.toLowerCase() === word;
}

/** A phrase may be broken over two lines of a comment: the mark of the second line is white space then. */
function joined(text) {
  return text.replaceAll(/\n[ \t]*(?:\*|\/\/|#|>)(?= )/g, (mark) => `\n${' '.repeat(mark.length - 1)}`);
}

/** `toldOnce` and `NOT_TOLD` as words of the same length, so that positions stay. */
function splitNames(text) {
  return text.replaceAll('_', ' ').replaceAll(/[A-Za-z]{5,}/g, (name) => {
    const parts = name.split(/(?<=[a-z])(?=[A-Z])/);
    return parts.length > 1 && parts.some((part) => isRefused(part)) ? onlyRefused(parts) : name;
  });
}

const isRefused = (part) => part.toLowerCase() in REFUSED;

function onlyRefused(parts) {
  const [kept] = parts.filter(isRefused);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return kept.padStart(length);
}

const lineAt = (text, index) => text.slice(0, index).split('\n').length;

/** What is in Git, and what would be: not what is built or installed. */
function filesOf(root) {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return listed
    .split('\n')
    .filter(
      (file) =>
        READ.test(file) && !NOT_READ.test(file) && !TESTS_NOT_READ.test(file) && existsSync(join(root, file)),
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const found = checkEnglish(root);
  for (const line of found) console.error(line);
  process.exit(found.length > 0 ? 1 : 0);
}
