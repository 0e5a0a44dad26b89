/**
 * An error as it is logged: name, code, message, causes. Nothing else of the object: HTTP and Redis clients
 * hang requests, options and commands on their errors, and with them secrets. A stack is logged only for a
 * fault of our own, which has no code.
 */

/** What is logged of an error. */
export interface LoggedError {
  name: string;
  code?: string;
  message: string;
  stack?: string;
  cause?: LoggedError;
  errors?: LoggedError[];
}

/** An error that was expected to happen: what to log is its message, not where in our code it came up. */
export class Expected {
  constructor(readonly error: unknown) {}
}

/** What the log makes of an error under `err`. */
export function loggedError(error: unknown): LoggedError {
  return error instanceof Expected ? { ...safeError(error.error), stack: undefined } : safeError(error);
}

const DEEPEST = 4;

/** Takes whatever was thrown; never throws itself. Follows causes four deep. */
export function safeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { name: 'Error', message: withoutUserinfo(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const fault = code === undefined || code === 'INTERNAL';
  const inner = depth < DEEPEST;
  return {
    name: error.name,
    code,
    message: withoutUserinfo(error.message),
    stack: fault && depth === 0 && error.stack ? withoutUserinfo(error.stack) : undefined,
    cause: inner && error.cause !== undefined ? safeError(error.cause, depth + 1) : undefined,
    errors:
      inner && error instanceof AggregateError
        ? error.errors.map((one) => safeError(one, depth + 1))
        : undefined,
  };
}

/** Characters of a message or stack. */
const LONGEST = 4_000;

/** Clients quote the url that they were given, and parsers what they read. */
function withoutUserinfo(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return shown.replace(/(\w:\/\/)[^\s/@]+@/g, '$1***@');
}
