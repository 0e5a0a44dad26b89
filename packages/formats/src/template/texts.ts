/** Texts of a setting that are templates in Liquid, such as the subject that a message is published to. */
import { type Delivery, factsOf, payloadValue } from '@longshore/event';
import { isLiquid, type Leaf, RENDER_MS } from './engine.js';
import { TemplateFault } from './fault.js';
import { VARIABLES } from './names.js';
import { compileText } from './tree.js';

/** Compiled once. */
export interface Texts {
  /** What is wrong, and with which text. A compilation that has some is not to be rendered. */
  readonly problems: readonly { name: string; why: string }[];
  /** @param host replaces the registry's @throws TemplateFault */
  render(delivery: Delivery, host?: string): Readonly<Record<string, string>>;
}

/** Never throws: what is wrong is in `problems`. */
export function compileTexts(texts: Readonly<Record<string, string>>): Texts {
  const problems: { name: string; why: string }[] = [];
  const compiled = Object.entries(texts).map(([name, text]) => ({
    name,
    text,
    leaf: leafOf(name, text, problems),
  }));
  const isFixed = compiled.every(({ leaf }) => leaf === undefined);
  return {
    problems,
    render(delivery, host) {
      if (isFixed) return texts;
      const scope = { ...factsOf(delivery, host), event: payloadValue(delivery.payload) };
      return Object.fromEntries(
        compiled.map(({ name, text, leaf }) => [name, leaf ? rendered(name, leaf, scope) : text]),
      );
    },
  };
}

function leafOf(name: string, text: string, problems: { name: string; why: string }[]): Leaf | undefined {
  if (!isLiquid(text)) return undefined;
  return compileText(text, [name], {
    leaf: ({ variables }) => {
      for (const unknown of variables.filter((one) => !VARIABLES.includes(one)))
        problems.push({ name, why: `${unknown} is not known. There are ${VARIABLES.join(', ')}` });
    },
    fault: (_, why) => void problems.push({ name, why }),
    secret: (secret) => secret.reveal(),
  });
}

function rendered(name: string, leaf: Leaf, scope: Readonly<Record<string, unknown>>): string {
  try {
    return leaf.text(scope, RENDER_MS);
  } catch (error) {
    throw new TemplateFault(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
