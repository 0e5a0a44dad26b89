/** What a command needs from around it, and how it reports its exit code. */
export interface Shell {
  env: Readonly<Record<string, string | undefined>>;
  /** On stdout, with what a terminal would act on written out. */
  print(text: string): void;
  /** The same for text with colours of ours, whose parts are printable already. */
  printPainted(text: string): void;
  /** Beside the output, for people: on stderr. */
  warn(line: string): void;
  exitWith(code: number): void;
}
