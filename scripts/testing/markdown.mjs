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

/** The anchors that a forge makes of the headings. */
export function anchors(text) {
  return headings(text).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

/** `{ label, target }` of each link, those with a target in the Internet left out. */
export function links(text) {
  return [...withoutBlocks(text).matchAll(/\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g)]
    .map(([, label, target]) => ({ label, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}
