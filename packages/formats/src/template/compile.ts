/** A request that the endpoint's own settings describe, compiled once. See {@link compileTemplate}. */
import { type Delivery, factsOf, payloadValue } from '@longshore/event';
import { readHttpUrl } from '@longshore/settings/http-url';
import type { Tree } from '@longshore/settings/tree';
import { compileUrlLeaf, isLiquid, type Leaf, RENDER_MS, type Scope } from './engine.js';
import { TemplateFault } from './fault.js';
import { VARIABLES } from './names.js';
import { type Compiling, compileText, compileTree, type Node, type Step } from './tree.js';
import { literalUrl, urlParts } from './url.js';

export { TemplateFault } from './fault.js';
export { compileTexts, type Texts } from './texts.js';

/** What a template is made of; texts of `url` and `headers` are the values of secrets. */
export interface TemplateParts {
  url: string;
  headers: Readonly<Record<string, readonly string[]>>;
  /** Default: JSON for a map or a list, else plain text. */
  contenttype?: string | undefined;
  /** Absent: the request has no body. */
  body?: Tree | undefined;
}

/** What is wrong with a template, and where: `['body', 'text']`. */
export interface TemplateProblem {
  path: readonly Step[];
  why: string;
}

/** One request. */
export interface TemplateRequest {
  /** Path and query, as they are sent; absent where the url has no expression. */
  path?: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** See the header. */
export interface Template {
  readonly contentType: string;
  /** The url with `*` in the place of expressions, which are in its path and query alone. */
  readonly url: string;
  /** The headers without expressions. */
  readonly headers: Readonly<Record<string, string[]>>;
  /** Texts that may hold a secret. */
  readonly secrets: readonly string[];
  /** Differs where what the template is made of differs. Never shown. */
  readonly fingerprint: string;
  readonly problems: readonly TemplateProblem[];
  /** @throws TemplateFault @returns undefined when nothing of the event can be read */
  render(delivery: Delivery, host?: string): TemplateRequest | undefined;
}

/** Bytes of a body. */
const LARGEST_BODY = 1024 * 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a header line
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Never throws: what is wrong is in `problems`, and a template that has some is not to be rendered. */
export function compileTemplate({ url, headers, contenttype, body }: TemplateParts): Template {
  const problems: TemplateProblem[] = [];
  const secrets: string[] = [];
  const compiling: Compiling = {
    leaf: ({ variables }, path) => {
      for (const name of variables.filter((one) => !VARIABLES.includes(one)))
        problems.push({ path, why: `${name} is not known. There are ${VARIABLES.join(', ')}` });
    },
    fault: (path, why) => void problems.push({ path, why }),
    secret: (secret) => {
      const text = secret.reveal();
      secrets.push(text);
      return text;
    },
  };
  const address = compileAddress(url, compiling);
  const lines = compileHeaders(headers, compiling);
  secrets.push(...lines.changing.map(({ source }) => source));
  const node = body === undefined ? undefined : bodyOf(body, compiling);
  const parts: Parts = { address, changing: lines.changing, node, isText: typeof body === 'string' };
  return {
    contentType: contenttype ?? defaultType(body),
    url: literalUrl(url),
    headers: lines.fixed,
    secrets,
    fingerprint: JSON.stringify([url, headers, secrets]),
    problems,
    render: remembering((delivery, host) => render(parts, delivery, host)),
  };
}

/** A sink asks for each part of a request by itself. */
function remembering(render: Template['render']): Template['render'] {
  const made = new WeakMap<Delivery, TemplateRequest>();
  return (delivery, host) => {
    const request = made.get(delivery) ?? render(delivery, host);
    if (request) made.set(delivery, request);
    return request;
  };
}

function defaultType(body: Tree | undefined): string {
  if (body === undefined) return '';
  return typeof body === 'object' && body !== null ? 'application/json' : 'text/plain; charset=utf-8';
}

interface Address {
  origin: string;
  leaf: Leaf;
}

function compileAddress(url: string, compiling: Compiling): Address | undefined {
  if (!isLiquid(url)) return undefined;
  const { origin, rest } = urlParts(url);
  if (isLiquid(origin)) {
    const why =
      'has an expression in its host. An event must not choose where it is sent: write the host out';
    compiling.fault(['url'], why);
    return undefined;
  }
  const leaf = compileText(rest, ['url'], compiling, compileUrlLeaf);
  return leaf && { origin, leaf };
}

interface ChangingHeader {
  name: string;
  /** As it is written. */
  source: string;
  leaf: Leaf;
}

function compileHeaders(headers: TemplateParts['headers'], compiling: Compiling) {
  const fixed: Record<string, string[]> = {};
  const changing: ChangingHeader[] = [];
  for (const [name, values] of Object.entries(headers)) {
    if (!values.some(isLiquid)) {
      fixed[name] = [...values];
      continue;
    }
    const [source = '', ...more] = values;
    if (more.length > 0) compiling.fault(['headers', name], 'has an expression, so it takes one value');
    const leaf = compileText(source, ['headers', name, 0], compiling);
    if (leaf) changing.push({ name, source, leaf });
  }
  return { fixed, changing };
}

/** A text alone is text, also where it is one expression. */
function bodyOf(body: Tree, compiling: Compiling): Node {
  if (typeof body !== 'string') return compileTree(body, ['body'], compiling);
  if (!isLiquid(body)) return () => body;
  const leaf = compileText(body, ['body'], compiling);
  return leaf ? (apply) => apply(leaf, ['body'], false) : () => '';
}

interface Parts {
  address: Address | undefined;
  changing: readonly ChangingHeader[];
  node: Node | undefined;
  isText: boolean;
}

function render(parts: Parts, delivery: Delivery, host?: string): TemplateRequest | undefined {
  const facts = factsOf(delivery, host);
  if (!facts.action) return undefined;
  const apply = rendererOf({ ...facts, event: payloadValue(delivery.payload) });
  const { address, changing, node, isText } = parts;
  const headers = changing.map(({ name, leaf }): [string, string] => [name, headerText(name, leaf, apply)]);
  const value = node?.((leaf, path, whole) => apply(leaf, path, whole));
  const text = node === undefined ? '' : isText ? String(value) : JSON.stringify(value ?? null);
  const body = Buffer.from(text);
  if (body.length > LARGEST_BODY) throw new TemplateFault(`body has more than ${LARGEST_BODY} bytes`);
  return { ...(address && { path: pathOf(address, apply) }), headers: Object.fromEntries(headers), body };
}

type Apply = (leaf: Leaf, path: readonly Step[], whole: boolean) => unknown;

/** All expressions of a request share one limit of time. */
function rendererOf(scope: Scope): Apply {
  const end = performance.now() + RENDER_MS;
  return (leaf, path, whole) => {
    const left = Math.max(1, end - performance.now());
    try {
      return whole && leaf.value ? plain(leaf.value(scope, left)) : leaf.text(scope, left);
    } catch (error) {
      throw new TemplateFault(`${path.join('.')}: ${error instanceof Error ? error.message : error}`);
    }
  };
}

/** What JSON cannot write is left out, as what is not known. */
const plain = (value: unknown): unknown =>
  value === null || typeof value === 'function' || typeof value === 'symbol' ? undefined : value;

function headerText(name: string, leaf: Leaf, apply: Apply): string {
  const text = String(apply(leaf, ['headers', name], false));
  if (CONTROL.test(text)) throw new TemplateFault(`headers.${name}: the value has a control character`);
  return text;
}

/** As it is sent. A value must not climb out of its place in the path. */
function pathOf({ origin, leaf }: Address, apply: Apply): string {
  const read = readHttpUrl(`${origin}${apply(leaf, ['url'], false)}`);
  if ('fault' in read) throw new TemplateFault(`url: ${read.fault}`);
  const [path = ''] = read.path.split('?', 1);
  if (path.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part)))
    throw new TemplateFault('url: a part of the path is . or ..');
  return read.path;
}
