/** The commands of a shell block, as far as tests of the pages need them: quotes, comments, pipes, continued lines. */

/** Words and operators of one line; a comment is one of them. */
const PARTS = /(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|;&<>])+|[|;&<>]+/g;

/** A variable that is set to what a command prints. */
const SET = /^\w+=\$\(.*\)/;

/**
 * The words of each command, in their order: `[['longshore', 'run', '--role', 'ingest'], …]`. Variables that are set
 * before a command, and what follows a redirection, are left out.
 * @param code of a block `sh`, or of a block `console`, whose commands follow `$ `
 * @param isConsole what the commands print is in the block too
 */
export function commandsOf(code, isConsole) {
  const lines = code.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const written = isConsole
    ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
    : lines;
  return written.flatMap(commandsOfLine);
}

function commandsOfLine(line) {
  const commands = [[]];
  let redirected = false;
  for (const [part] of line.replace(SET, '').matchAll(PARTS)) {
    if (part.startsWith('#')) break;
    const current = commands.at(-1);
    if (/^[<>]/.test(part)) redirected = true;
    else if (/^[|;&]/.test(part)) commands.push([]);
    else if (redirected) redirected = false;
    else if (current.length > 0 || !/^\w+=/.test(part)) current.push(unquoted(part));
  }
  return commands.filter((words) => words.length > 0);
}

function unquoted(part) {
  return part.replaceAll(/'([^']*)'|"([^"]*)"/g, (_all, single, double) => single ?? double);
}
