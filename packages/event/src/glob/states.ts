/**
 * The parts of a glob as states that are all followed at once (Thompson's construction). Each character of a name
 * visits each state once at most, so a match takes time linear in name and glob, whatever they are. A regular
 * expression, which globs usually become, goes back and takes exponential time for `*a*a*a*b`.
 */
import { type Accepts, type Part, SLASH } from './parse.js';

/** What a state takes before the next state is reached. `SPLIT` takes nothing; `END` has no next state. */
const [END, SPLIT, CHAR, ANY, NOT_SLASH, CLASS] = [0, 1, 2, 3, 4, 5];

/** State 0 is the end. */
interface States {
  takes: number[];
  /** Of `CHAR` the code, of `CLASS` the place in `classes`, of `SPLIT` the place in `splits`. */
  value: number[];
  next: number[];
  classes: Accepts[];
  splits: number[][];
}

/** Does a whole name match the parts? The function works in memory of its own, and is not reentrant. */
export function compileParts(parts: readonly Part[]): (name: string) => boolean {
  const states: States = { takes: [END], value: [0], next: [0], classes: [], splits: [] };
  const start = addAll(parts, 0, states);
  const run = new Run(states);
  return (name) => run.matches(name, start);
}

class Run {
  readonly #takes: Uint8Array;
  readonly #value: Uint16Array;
  readonly #next: Uint16Array;
  readonly #classes: readonly Accepts[];
  readonly #splits: readonly number[][];
  /** The character at which a state was reached last, as a number that grows over all names. */
  readonly #reached: Float64Array;
  #now = 0;
  /** States that take the next character. */
  #list: Uint16Array;
  #count = 0;
  #spare: Uint16Array;
  readonly #pending: number[] = [];

  constructor({ takes, value, next, classes, splits }: States) {
    this.#takes = Uint8Array.from(takes);
    this.#value = Uint16Array.from(value);
    this.#next = Uint16Array.from(next);
    this.#classes = classes;
    this.#splits = splits;
    this.#reached = new Float64Array(takes.length);
    this.#list = new Uint16Array(takes.length);
    this.#spare = new Uint16Array(takes.length);
  }

  matches(name: string, start: number): boolean {
    this.#now += 1;
    this.#count = 0;
    this.#reach(start);
    for (let at = 0; at < name.length; at += 1) {
      if (this.#count === 0) return false;
      this.#step(name.charCodeAt(at));
    }
    return this.#reached[0] === this.#now;
  }

  #step(code: number): void {
    const [list, count] = [this.#list, this.#count];
    this.#list = this.#spare;
    this.#spare = list;
    this.#count = 0;
    this.#now += 1;
    for (let at = 0; at < count; at += 1) {
      const state = list[at] ?? 0;
      if (this.#accepts(state, code)) this.#reach(this.#next[state] ?? 0);
    }
  }

  #accepts(state: number, code: number): boolean {
    const value = this.#value[state] ?? 0;
    switch (this.#takes[state]) {
      case CHAR:
        return code === value;
      case ANY:
        return true;
      case NOT_SLASH:
        return code !== SLASH;
      default:
        return this.#classes[value]?.(code) === true;
    }
  }

  /** Adds a state to the list, or those that it splits into. */
  #reach(first: number): void {
    for (let state: number | undefined = first; state !== undefined; state = this.#pending.pop()) {
      if (this.#reached[state] === this.#now) continue;
      this.#reached[state] = this.#now;
      const takes = this.#takes[state];
      if (takes === SPLIT) this.#pending.push(...(this.#splits[this.#value[state] ?? 0] ?? []));
      else if (takes !== END) this.#list[this.#count++] = state;
    }
  }
}

/** Adds the states of parts that are followed by the state `next`. Returns the first of them. */
function addAll(parts: readonly Part[], next: number, states: States): number {
  return parts.reduceRight((behind, part) => addPart(part, behind, states), next);
}

function addPart(part: Part, next: number, states: States): number {
  switch (part.kind) {
    case 'char':
      return add(states, CHAR, part.code, next);
    case 'class':
      return add(states, CLASS, states.classes.push(part.accepts) - 1, next);
    case 'either':
      return split(
        states,
        part.options.map((option) => addAll(option, next, states)),
      );
    case 'any': {
      const takes = part.slashes ? ANY : NOT_SLASH;
      if (!part.many) return add(states, takes, 0, next);
      const loop = states.takes.length;
      split(states, [loop + 1, next]);
      add(states, takes, 0, loop);
      return loop;
    }
  }
}

function split(states: States, into: number[]): number {
  return add(states, SPLIT, states.splits.push(into) - 1, 0);
}

function add({ takes, value, next }: States, what: number, of: number, to: number): number {
  takes.push(what);
  value.push(of);
  return next.push(to) - 1;
}
