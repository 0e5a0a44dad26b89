/** What a command needs from around it, and how it reports its exit code. */
export interface Shell {
  env: Readonly<Record<string, string | undefined>>;
  print(line: string): void;
  /** Beside the output, for people: on stderr. */
  warn(line: string): void;
  exitWith(code: number): void;
}
