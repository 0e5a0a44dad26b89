/**
 * Errors and warnings about a configuration, with their place. A message follows its path, says what to do, and
 * quotes no secret.
 */
import type { Origin, Step } from './yaml/node.js';

/** One thing to correct (`error`) or to know (`warning`). `line` and `column` count from 1. */
export interface Problem {
  level: 'error' | 'warning';
  /** Path of the setting, such as `notifications.endpoints[0].timeout`; empty for the file itself. */
  path: string;
  message: string;
  line?: number;
  column?: number;
}

type Find = (path: readonly Step[]) => Origin;

/** Collects problems while a configuration is read. */
export class Problems {
  readonly list: Problem[] = [];
  #find: Find = () => ({});

  /** From now on, a path that is reported is looked up here. */
  locateWith(find: Find): void {
    this.#find = find;
  }

  get failed(): boolean {
    return this.list.some(({ level }) => level === 'error');
  }

  /** Whether an error was found here or above: its consequences are not reported. */
  failedAt(path: readonly Step[]): boolean {
    const asked = formatPath(path);
    return this.list.some(
      ({ level, path: said }) => level === 'error' && said !== '' && isWithin(asked, said),
    );
  }

  /** Whether an error was found below. */
  failedWithin(path: readonly Step[]): boolean {
    const above = formatPath(path);
    return this.list.some(({ level, path: said }) => level === 'error' && isWithin(said, above));
  }

  /** Whether a problem of exactly this path was reported. @param words start of its message */
  spokenOf(path: readonly Step[], words = ''): boolean {
    const asked = formatPath(path);
    return this.list.some(({ path: said, message }) => said === asked && message.startsWith(words));
  }

  error(path: readonly Step[], message: string, origin?: Origin): void {
    this.#add('error', path, message, origin);
  }

  warning(path: readonly Step[], message: string, origin?: Origin): void {
    this.#add('warning', path, message, origin);
  }

  /** In the order of the file; problems without a place come first. */
  sorted(): Problem[] {
    return this.list.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  #add(level: Problem['level'], path: readonly Step[], message: string, origin = this.#find(path)): void {
    const { line, column, variable } = origin;
    const words = variable === undefined ? message : `${message} (set by ${variable})`;
    const place = line === undefined ? {} : { line, column };
    this.list.push({ level, path: formatPath(path), message: words, ...place });
  }
}

const isWithin = (path: string, above: string): boolean =>
  path.startsWith(above) && (path.length === above.length || /^[.[]/.test(path.slice(above.length)));

/** `notifications.endpoints[0].headers["X-Key: 1"]` */
function formatPath(path: readonly Step[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step.slice(0, 80))}]`;
  }
  return text;
}

/** One line per problem, as compilers write them: `file:line:column: path: message`. */
export function formatProblem(file: string, { path, message, line, column }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return [place, path, message].filter((part) => part !== '').join(': ');
}
