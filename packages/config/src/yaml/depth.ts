/** How deeply a text nests, counted on the parser's tokens without recursion. */
import type { CST } from 'yaml';

/** The offset of a token that is nested more than `limit` levels, or undefined when there is none. */
export function depthBeyond(tokens: readonly CST.Token[], limit: number): number | undefined {
  const left: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { token, depth } = next;
    if (depth > limit) return token.offset;
    for (const below of childrenOf(token)) left.push({ token: below, depth: depth + 1 });
  }
  return undefined;
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((part) => part != null));
}
