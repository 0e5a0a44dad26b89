/** Links of the pages to what is no page: files of the repository are served as text, and folders are not linked. */
import { existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';

/** Browsers show `.txt`; they offer a `.ts` or `.yml` as a download. */
const PREFIX = 'files/';

/**
 * Rewrites the links of a page, and collects the files that pages link to.
 * `rewrite` takes markdown-it's state of one page.
 */
export function linksInto(root) {
  const linked = new Set();
  const target = (page, href) => {
    const [path, hash] = href.split('#');
    const file = posix.join(posix.dirname(page), path);
    if (path.endsWith('.md')) {
      const to = path.replace(/(^|\/)README\.md$/, '$1index.md');
      return hash === undefined ? to : `${to}#${hash}`;
    }
    if (!existsSync(join(root, file)) || statSync(join(root, file)).isDirectory()) return href;
    linked.add(file);
    return `/${PREFIX}${file}.txt`;
  };
  const rewrite = ({ env, tokens }) => {
    const page = relative(root, env.realPath ?? env.path);
    for (const link of tokens.flatMap(({ children }) => children ?? []).filter(isLink)) {
      const href = link.attrGet('href');
      if (/^(?:[a-z]+:|#|\/)/.test(href)) continue;
      link.attrSet('href', target(page, href));
    }
  };
  return { linked, rewrite };
}

function isLink({ type }) {
  return type === 'link_open';
}

/**
 * Copies the linked files into the site. Also makes `PAGE.md` lead to `PAGE.html`, hash included: `runbook_url` of the
 * alerts names the page as the repository does.
 */
export async function writeLinkedFiles(root, outDir, linked) {
  for (const file of linked) {
    const to = join(outDir, PREFIX, `${file}.txt`);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(join(root, file), to);
  }
  const pages = (await readdir(outDir, { recursive: true })).filter((file) => file.endsWith('.html'));
  for (const page of pages) {
    const name = page.split('/').at(-1);
    const folder = join(
      outDir,
      dirname(page),
      name === 'index.html' ? 'README.md' : name.replace(/html$/, 'md'),
    );
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'index.html'),
      `<!doctype html><title>Moved</title><meta http-equiv="refresh" content="1; url=../${name}"><script>location.replace("../${name}" + location.hash)</script>`,
    );
  }
}
