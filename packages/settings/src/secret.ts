/**
 * A secret, or a reference to one. Printing it (a template, JSON, `util.inspect`, a logger) gives the reference or
 * `***`. Only `reveal` returns the value, and it reads the reference each time, so that the value is not kept in
 * memory.
 *
 * `env:NAME` is a variable, `file:/path` a file's text without the line break at its end. Anything else is
 * the value itself.
 */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { LongshoreError } from '@longshore/event';
import { type Env, environment } from './environment.js';

const MASK = '***';

/** See the header. Two secrets are never equal by accident: compare what they reveal, in constant time. */
export class Secret {
  readonly #text: string;
  readonly #env: () => Env;
  /** `env:NAME` or `file:/path`; undefined when the configuration holds the value itself. */
  readonly reference?: string;

  /** @param env where `env:NAME` is looked up; without it the process's environment at that moment. */
  constructor(ref: string, env?: Env) {
    this.#text = ref;
    this.#env = () => env ?? environment();
    if (ref.startsWith('env:') || ref.startsWith('file:')) this.reference = ref;
  }

  /**
   * The value.
   * @throws LongshoreError SECRET_MISSING when the reference leads nowhere or to nothing; it names the reference
   */
  reveal(): string {
    if (this.reference === undefined) return this.#text;
    const value = this.reference.startsWith('env:')
      ? this.#variable(this.reference.slice('env:'.length))
      : fileText(this.reference);
    if (value === '') throw missing(this.reference, 'is empty');
    return value;
  }

  /** The path of a `file:` reference. */
  get file(): string | undefined {
    return this.reference?.startsWith('file:') ? pathOf(this.reference) : undefined;
  }

  #variable(name: string): string {
    if (name === '') throw missing('env:', 'names no variable; write env:NAME');
    const value = this.#env()[name];
    if (value === undefined) throw missing(`env:${name}`, 'is not set; set the variable for this process');
    return value;
  }

  toString(): string {
    return this.reference ?? MASK;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return `Secret(${this.toString()})`;
  }
}

/** A secret that is looked up for each use, so that one that is rotated needs no restart. */
export class Credential extends Secret {
  /** Tells it from a {@link Secret} in types; it has no value. */
  declare readonly perUse: true;
}

/** file:///path is how a URL writes it, file:/path how the documentation does. */
const pathOf = (reference: string): string => reference.slice('file:'.length).replace(/^\/\/(?=\/)/, '');

function fileText(reference: string): string {
  try {
    return readFileSync(pathOf(reference), 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw missing(reference, `cannot be read (${code}); the file must be readable for this process`);
  }
}

function missing(reference: string, why: string): LongshoreError {
  return new LongshoreError('SECRET_MISSING', `${reference} ${why}`);
}
