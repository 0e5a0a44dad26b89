/**
 * Texts on which a regular expression may take more than linear time, made from the expression itself: what it
 * repeats, many times, behind what it wants first and before what it does not want.
 */
import { RegExpParser } from '@eslint-community/regexpp';

/** Repetitions with fewer rounds are no danger. */
const MANY = 10;
const CANDIDATES = 'aA0f_-./:, \n"=é!@{[<€\0';

/** Functions from a length to a text. The first repeats the expression's own first characters. */
export function attacksOn({ pattern, flags }) {
  const ast = new RegExpParser().parsePattern(pattern, 0, pattern.length, modes(flags));
  const choose = chooser(pattern, flags);
  const first = choose.sample({ type: 'Group', alternatives: ast.alternatives }) || 'a';
  const attacks = [];
  const seen = new Set();
  const add = (start, pump, ends = ['', '\0', '\n']) => {
    for (const end of ends) {
      const key = JSON.stringify([start, pump, end]);
      if (pump === '' || seen.has(key)) continue;
      seen.add(key);
      attacks.push((length) => start + pump.repeat(Math.ceil(length / pump.length)) + end);
    }
  };
  for (const pump of [first, ...new Set(first)]) add('', pump);
  visit(ast, (node) => {
    if (node.type !== 'Quantifier' || node.max < MANY) return;
    const before = choose.before(node);
    const own = choose.sample(node.element);
    const characters = choose.characters(node.element);
    const ends = ['', ...choose.others(characters)];
    for (const pump of new Set([own, before, before + own, ...characters.slice(0, 4)])) {
      add('', pump, ends);
      add(before, pump, ends);
    }
  });
  return attacks;
}

const modes = (flags) => ({ unicode: flags.includes('u'), unicodeSets: flags.includes('v') });

/** Texts that parts of an expression match, as far as that can be seen from the part alone. */
function chooser(pattern, flags) {
  const alphabet = [...new Set([...CANDIDATES, ...pattern.replace(/\\./g, '')])];
  const matching = (node) => {
    const single = new RegExp(`^(?:${node.raw})$`, flags.replace(/[gy]/g, ''));
    return alphabet.filter((char) => single.test(char));
  };
  const characters = (node) => {
    switch (node.type) {
      case 'Character':
        return [String.fromCodePoint(node.value)];
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        return matching(node);
      case 'Quantifier':
        return characters(node.element);
      case 'Group':
      case 'CapturingGroup':
        return node.alternatives.flatMap(({ elements }) => elements.flatMap(characters));
      default:
        return [];
    }
  };
  const sample = (node) => {
    if (node.type === 'Quantifier') return sample(node.element).repeat(Math.min(Math.max(1, node.min), 64));
    if (node.type === 'Alternative') return node.elements.map(sample).join('');
    if (node.type === 'Group' || node.type === 'CapturingGroup') return sample(node.alternatives[0]);
    return characters(node)[0] ?? '';
  };
  /** What has to be matched before a part. */
  const before = (node) => {
    const { parent } = node;
    if (!parent || parent.type === 'Pattern') return '';
    const here =
      parent.type === 'Alternative'
        ? parent.elements.slice(0, parent.elements.indexOf(node)).map(sample).join('')
        : '';
    return before(parent) + here;
  };
  /** Some characters that are none of these. */
  const others = (these) => alphabet.filter((char) => !these.includes(char)).slice(-4);
  return { characters, sample, before, others };
}

function visit(node, look) {
  look(node);
  for (const child of [node.alternatives, node.elements, node.element].flat()) if (child) visit(child, look);
}
