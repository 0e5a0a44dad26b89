/** What can be completed, read from the commands themselves. */
import type { Argument, Command, Option } from 'commander';

/** A word that completes, and what it means. */
export interface Word {
  word: string;
  description: string;
}

/** An option: its names, and what follows it. */
export interface OptionWords {
  names: string[];
  description: string;
  /** `files`: a path. `none`: it takes no value. Words: one of them. */
  value: 'files' | 'none' | 'any' | readonly string[];
}

/** One command or subcommand. */
export interface CommandWords {
  /** `archive export` */
  path: string;
  description: string;
  /** Subcommands, or the values of its first argument. */
  words: Word[];
  options: OptionWords[];
  /** Whether its arguments may be files. */
  files: boolean;
}

/** Commands and subcommands, in the order of `--help`. */
export function commandWords(program: Command): CommandWords[] {
  const walk = (command: Command, path: string): CommandWords[] => [
    {
      path,
      description: summary(command.description()),
      words:
        command.commands.length > 0
          ? command.commands.map(wordOf)
          : command.registeredArguments.flatMap(valuesOf),
      options: [...command.options.filter(({ hidden }) => !hidden).map(optionWords), HELP],
      files: command.registeredArguments.some((argument) => /file/i.test(argument.name())),
    },
    ...command.commands.flatMap((sub) => walk(sub, `${path} ${sub.name()}`)),
  ];
  return program.commands.flatMap((command) => walk(command, command.name()));
}

const HELP: OptionWords = { names: ['-h', '--help'], description: 'display help for command', value: 'none' };

const wordOf = (command: Command): Word => ({
  word: command.name(),
  description: summary(command.description()),
});

/** `list, show, retry or drop` */
const ENUMERATED = /^[a-z]+(?:, [a-z]+)+(?: or [a-z]+)?$/;

function valuesOf({ argChoices, description }: Argument): Word[] {
  const values = argChoices ?? (ENUMERATED.test(description) ? description.split(/, | or /) : []);
  return values.map((word) => ({ word, description }));
}

function optionWords({ long, short, description, argChoices, flags }: Option): OptionWords {
  const takesFile = /<(?:file|folder|path)>/.test(flags);
  const takesValue = /[<[]/.test(flags);
  return {
    names: [short, long].flatMap((name) => name ?? []),
    description: summary(description),
    value: argChoices ?? (takesFile ? 'files' : takesValue ? 'any' : 'none'),
  };
}

/** One line. */
const summary = (text: string): string => text.split('\n', 1)[0] ?? '';
