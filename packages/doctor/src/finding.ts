/** What a check found: the one form of all checks, for the command, its JSON and the page. */

/** `skip`: it could not be looked at, which is no pass. */
export type Status = 'pass' | 'warn' | 'fail' | 'skip';

/** One check. */
export interface Finding {
  status: Status;
  /** What was looked at: `disk space`. */
  name: string;
  /** Name of the endpoint or source that it is about. */
  endpoint?: string;
  /** One line, without a full stop. */
  message: string;
  /** What corrects it: a command, or a setting. */
  fix?: string;
}

/** One check, with its group. */
export interface Check extends Finding {
  group: Group;
}

/** In the order in which they run and are printed: what comes first explains what comes later. */
export const GROUPS = [
  'host',
  'config',
  'container',
  'redis',
  'archive',
  'relay',
  'processes',
  'queues',
  'endpoints',
  'sources',
  'registry',
  'telemetry',
] as const;
/** One of {@link GROUPS}. */
export type Group = (typeof GROUPS)[number];

/** In order. */
export const pass = (name: string, message: string): Finding => ({ status: 'pass', name, message });

/** Works, and will not under some conditions. */
export const warn = (name: string, message: string, fix: string): Finding => ({
  status: 'warn',
  name,
  message,
  fix,
});

/** Does not work. */
export const fail = (name: string, message: string, fix: string): Finding => ({
  status: 'fail',
  name,
  message,
  fix,
});

/** Could not be looked at. */
export const skip = (name: string, message: string): Finding => ({ status: 'skip', name, message });

/** The same finding, of an endpoint. */
export const of = (endpoint: string, finding: Finding): Finding => ({ ...finding, endpoint });

/** What is wrong and what to do, from a message that has both, with a semicolon between. */
export function parted(message: string): { message: string; fix?: string } {
  const at = message.indexOf('; ');
  return at < 0 ? { message } : { message: message.slice(0, at), fix: message.slice(at + 2) };
}
