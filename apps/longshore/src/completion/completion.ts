/** Scripts that complete commands and options, for three shells. Pure: the commands are in the script. */
import type { Command } from 'commander';
import { type CommandWords, commandWords, type OptionWords } from './words.js';

/** @returns the script */
export function completion(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const commands = commandWords(program);
  return { bash, zsh, fish }[shell](commands);
}

const isTop = ({ path }: CommandWords): boolean => !path.includes(' ');
const named = (command: CommandWords): string[] => [
  ...command.words.map(({ word }) => word),
  ...command.options.flatMap(({ names }) => names),
];
/** In single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** For each option with a value: the pattern of the command and the option, and what to complete with. */
const valuesOf = (commands: readonly CommandWords[]) =>
  commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) => (value === 'none' ? [] : [{ path, names, value }])),
  );

function bash(commands: readonly CommandWords[]): string {
  const fill = (value: Exclude<OptionWords['value'], 'none'>): string => {
    if (value === 'any') return 'COMPREPLY=()';
    return `COMPREPLY=($(compgen ${value === 'files' ? '-f' : `-W ${quoted(value.join(' '))}`} -- "$cur"))`;
  };
  const values = valuesOf(commands).map(
    ({ path, names, value }) =>
      `    ${names.map((name) => quoted(`${path} ${name}`)).join('|')}) ${fill(value)}; return;;`,
  );
  const words = commands.map((command) => {
    const files = command.files ? ' -f' : '';
    return `    ${quoted(command.path)}) COMPREPLY=($(compgen${files} -W ${quoted(named(command).join(' '))} -- "$cur"));;`;
  });
  const top = commands.filter(isTop).map(({ path }) => path);
  const nested = commands.filter((command) => !isTop(command)).map(({ path }) => quoted(path));
  return `# bash completion of longshore
_longshore() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  if [ "$COMP_CWORD" -le 1 ]; then
    COMPREPLY=($(compgen -W ${quoted([...top, '--help', '--version', '--utc'].join(' '))} -- "$cur"))
    return
  fi
  if [ "$COMP_CWORD" -gt 2 ]; then
    case "$command \${COMP_WORDS[2]}" in
      ${nested.join('|') || "''"}) command="$command \${COMP_WORDS[2]}";;
    esac
  fi
  case "$command $prev" in
${values.join('\n')}
  esac
  case "$command" in
${words.join('\n')}
  esac
}
complete -F _longshore longshore
`;
}

function zsh(commands: readonly CommandWords[]): string {
  // `word:description`, where a colon of the word is escaped.
  const item = (word: string, description: string): string =>
    quoted(`${word.replaceAll(':', '\\:')}:${description}`);
  const items = (command: CommandWords): string =>
    [
      ...command.words.map(({ word, description }) => item(word, description)),
      ...command.options.flatMap(({ names, description }) => names.map((name) => item(name, description))),
    ].join(' ');
  const fill = (value: Exclude<OptionWords['value'], 'none'>): string => {
    if (value === 'any') return ':';
    return value === 'files' ? '_files' : `compadd -- ${value.map(quoted).join(' ')}`;
  };
  const values = valuesOf(commands).map(
    ({ path, names, value }) =>
      `    ${names.map((name) => quoted(`${path} ${name}`)).join('|')}) ${fill(value)}; return;;`,
  );
  const words = commands.map(
    (command) =>
      `    ${quoted(command.path)}) items=(${items(command)}); _describe longshore items${command.files ? '; _files' : ''};;`,
  );
  const top = commands.filter(isTop).map(({ path, description }) => item(path, description));
  const nested = commands.filter((command) => !isTop(command)).map(({ path }) => quoted(path));
  return `#compdef longshore
_longshore() {
  local -a items
  local command="$words[2]"
  if (( CURRENT <= 2 )); then
    items=(${top.join(' ')})
    _describe command items
    return
  fi
  if (( CURRENT > 3 )); then
    case "$command $words[3]" in
      ${nested.join('|') || "''"}) command="$command $words[3]";;
    esac
  fi
  case "$command $words[CURRENT-1]" in
${values.join('\n')}
  esac
  case "$command" in
${words.join('\n')}
  esac
}
if [ "$funcstack[1]" = _longshore ]; then _longshore "$@"; else compdef _longshore longshore; fi
`;
}

function fish(commands: readonly CommandWords[]): string {
  const line = (...parts: string[]): string => ['complete -c longshore', ...parts].join(' ');
  const top = commands
    .filter(isTop)
    .map(({ path, description }) =>
      line('-n __fish_use_subcommand', `-a ${path}`, `-d ${escaped(description)}`),
    );
  const rest = commands.flatMap(({ path, words, options }) => [
    ...words.map(({ word, description }) =>
      line(`-n '__longshore_next ${path}'`, `-a ${word}`, `-d ${escaped(description)}`),
    ),
    ...options.map((option) => line(`-n '__longshore_in ${path}'`, ...fishOption(option))),
  ]);
  return ['# fish completion of longshore', FISH_WHERE, line('-f'), ...top, ...rest, ''].join('\n');
}

/** `in`: somewhere after a command. `next`: the word after it. By position: `migrate run` is no `run`. */
const FISH_WHERE = `function __longshore_in
  set -l words (commandline -opc)
  set -l end (math 1 + (count $argv))
  test (count $words) -ge $end; and test "$words[2..$end]" = "$argv"
end
function __longshore_next
  __longshore_in $argv; and test (count (commandline -opc)) -eq (math 1 + (count $argv))
end`;

function fishOption({ names, description, value }: OptionWords): string[] {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const values = value === 'files' ? ['-r', '-F'] : value === 'any' ? ['-x'] : [];
  const words = Array.isArray(value) ? ['-x', `-a ${escaped(value.join(' '))}`] : [];
  return [...flags, ...values, ...words, `-d ${escaped(description)}`];
}

/** In single quotes, as fish reads them: a backslash escapes a quote. */
const escaped = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
