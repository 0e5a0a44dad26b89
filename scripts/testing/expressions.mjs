/**
 * The regular expressions of the production source, and whether one takes more than linear time on a text that is made
 * from the expression itself.
 *
 * Checkers that decide by the expression alone were tried: `recheck` takes minutes for some of these, and `scslre`
 * misses a literal start within its own repetition (`eyJ[\w-]{8,}\.`).
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';
import { attacksOn } from './attacks.mjs';

/** Expressions of one source file: literals, and `new RegExp` of a constant text. `pattern` is undefined for others. */
export function expressionsIn(code, file) {
  const found = [];
  const visit = (node) => {
    if (typeof node?.type !== 'string') return;
    const expression = expressionOf(node);
    if (expression) found.push({ file, written: code.slice(node.start, node.end), ...expression });
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) value.forEach(visit);
      else if (typeof value === 'object' && value !== null) visit(value);
    }
  };
  visit(parseAst(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' }));
  return found;
}

function expressionOf(node) {
  if (node.type === 'Literal' && node.regex) return node.regex;
  const isCall = node.type === 'NewExpression' || node.type === 'CallExpression';
  if (!isCall || node.callee.name !== 'RegExp') return undefined;
  const [pattern, flags] = node.arguments.map((argument) =>
    argument.type === 'Literal' ? argument.value : undefined,
  );
  if (typeof pattern !== 'string') return { pattern: undefined, flags: '' };
  return { pattern, flags: flags ?? '' };
}

/** All of `packages` and `apps`, without tests and what only they use. */
export async function allExpressions(root) {
  const found = [];
  for (const top of ['packages', 'apps']) {
    for (const name of (await readdir(join(root, top))).filter((each) => each !== 'testkit')) {
      const src = join(top, name, 'src');
      const files = await readdir(join(root, src), { recursive: true });
      for (const file of files.filter((each) => /\.tsx?$/.test(each) && !isOfTests(each)).sort()) {
        found.push(...expressionsIn(await readFile(join(root, src, file), 'utf8'), join(src, file)));
      }
    }
  }
  return found;
}

const isOfTests = (file) => /\.test\.tsx?$|(^|\/)testing\//.test(file);

/** Characters. An exponential expression shows at the first, a cubic one in the middle, a quadratic one at the last. */
const LENGTHS = [20, 26, 256, 1_024, 16_384];
/** Microseconds of CPU. A linear expression takes less than one for a hundred characters. */
const MUCH = 20_000;

/** What is wrong with an expression, in words; undefined when it takes linear time on all attacks. */
export function faultOf({ pattern, flags }) {
  if (pattern === undefined) return 'is made of a text that is not constant';
  const expression = new RegExp(pattern, flags);
  for (const attack of attacksOn({ pattern, flags })) {
    const slow = LENGTHS.find((length) => takesMuch(expression, attack(length)));
    if (slow === undefined) continue;
    return `takes more than linear time, as for ${JSON.stringify(attack(20))} at ${slow} characters`;
  }
  return undefined;
}

/**
 * Five times, because one may be compiling, and a busy machine counts time of others now and then. CPU time, because
 * the machine may have other things to do.
 */
function takesMuch(expression, text) {
  return [1, 2, 3, 4, 5].every(() => {
    const before = process.cpuUsage();
    expression.lastIndex = 0;
    if (expression.global) text.replace(expression, '');
    else expression.test(text);
    return process.cpuUsage(before).user > MUCH;
  });
}
