/** Markdown as far as tests of the pages need it: headings, links and fenced blocks, by regular expression. */

/** What is between the fences is not Markdown. */
export function withoutBlocks(text) {
  return text.replaceAll(/^( *)```.*\n[\s\S]*?^\1```$/gm, '');
}

/** `{ info, code }` of each fenced block; the indentation of the fence is taken off its lines. */
export function blocks(text) {
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].map(([, indent, info, code]) => ({
    info: info.trim(),
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** The text of each heading, without its marks. */
export function headings(text) {
  return [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
}

/** The anchor that a forge makes of a heading. */
export function slug(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

/** The anchors that a forge makes of the headings; those of equal headings are numbered. */
export function anchors(text) {
  const seen = new Map();
  return headings(text).map((heading) => {
    const anchor = slug(heading);
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** `{ label, target }` of each link, those with a target in the Internet left out. */
export function links(text) {
  return [...withoutBlocks(text).matchAll(/\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g)]
    .map(([, label, target]) => ({ label, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

/** `{ target }` of each picture that is written as HTML. */
export function pictures(text) {
  return [...withoutBlocks(text).matchAll(/ (?:src|srcset)="([^"]+)"/g)].map(([, target]) => ({ target }));
}
