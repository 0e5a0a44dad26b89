/** The repository's Markdown as a site: the pages stay where they are, so a link works in both. */
import { join } from 'node:path';
import { slug } from '../../scripts/testing/markdown.mjs';
import { GROUPS, NOT_A_PAGE } from '../sidebar.mjs';
import { linksInto, writeLinkedFiles } from './files.mjs';

const SITE = join(import.meta.dirname, '..');
const ROOT = join(SITE, '..');
/** The dashboard's. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6675"/><path d="M8 7.5h16v9.5H8zM13.3 7.5v9.5M18.7 7.5v9.5M5 23.5c1.8 0 1.8-2 3.7-2s1.8 2 3.7 2 1.8-2 3.6-2 1.9 2 3.7 2 1.8-2 3.6-2 1.9 2 3.7 2 1.8-2 3.6-2" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>',
)}`;
const NOT_SEARCHED = /^(?:CHANGELOG|docs\/adr\/.*|docs\/threat-model)\.md$/;
const files = linksInto(ROOT);

export default {
  title: 'Longshore',
  description: 'A durable relay for container-registry notifications',
  srcDir: ROOT,
  srcExclude: ['site/**', ...NOT_A_PAGE.map((folder) => `${folder}**`)],
  outDir: join(SITE, 'dist'),
  cacheDir: join(SITE, 'node_modules', '.cache', 'vitepress'),
  rewrites: (page) => page.replace(/(^|\/)README\.md$/, '$1index.md'),
  lang: 'en',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: ICON }]],
  markdown: {
    // The anchors of the forge, which links in the repository, messages and alerts use.
    anchor: { slugify: slug },
    config: (md) => {
      // `{{ tag }}` of a template in the text is no expression of Vue.
      md.renderer.rules.code_inline = (tokens, at) =>
        `<code v-pre>${md.utils.escapeHtml(tokens[at].content)}</code>`;
      md.core.ruler.push('repository-links', (state) => files.rewrite(state));
    },
  },
  vite: { plugins: [packagesOfTheSite()], build: { chunkSizeWarningLimit: 5_000 } },
  buildEnd: ({ outDir }) => writeLinkedFiles(ROOT, outDir, files.linked),
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        miniSearch: { searchOptions: { combineWith: 'AND', boost: { title: 4, titles: 2, text: 1 } } },
        // Answers for operators first: decisions and the changelog repeat the same words.
        _render: (text, env, md) => (NOT_SEARCHED.test(env.relativePath) ? '' : md.render(text, env)),
      },
    },
    outline: [2, 3],
    sidebar: GROUPS.map((group) => sidebarGroup(group, true)),
    docFooter: { prev: 'Before', next: 'Next' },
  },
};

function sidebarGroup({ text, items }, top = false) {
  return {
    text,
    collapsed: !top || text !== 'Start',
    items: items.map((item) =>
      Array.isArray(item) ? { text: item[0], link: linkTo(item[1]) } : sidebarGroup(item),
    ),
  };
}

function linkTo(page) {
  return `/${page.replace(/(^|\/)README\.md$/, '$1').replace(/\.md$/, '')}`;
}

/** The pages are outside of the folder that has Vue. */
function packagesOfTheSite() {
  return {
    name: 'packages-of-the-site',
    enforce: 'pre',
    resolveId(id, importer, options) {
      if (!importer || importer.startsWith(SITE) || !/^vue(?:\/|$)/.test(id)) return null;
      return this.resolve(id, join(SITE, 'package.json'), { ...options, skipSelf: true });
    },
  };
}
