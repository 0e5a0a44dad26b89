/**
 * Bundles the built command into a few files. A process then starts with a third of the CPU: nearly all of it is
 * finding and reading a thousand modules. `npm test` makes it for the tests that start the command many times, and the
 * others start what is built as it is.
 */
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const REQUIRE = 'const require = createRequire(import.meta.url);';

/** Resolves with the path of a script that takes the command's arguments. @param root of the tree @param folder is replaced */
export async function bundleCommand(root, folder) {
  await rm(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    input: join(root, 'apps/longshore/bin/longshore.js'),
    platform: 'node',
    logLevel: 'silent',
    plugins: [inPlace(root)],
  });
  await bundle.write({ dir: folder, format: 'esm' });
  await bundle.close();
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, 'longshore.js');
}

/** Our files find what is beside them where it was. A package that they require when they need it is bundled too. */
function inPlace(root) {
  return {
    name: 'in-place',
    // Reads its pages from its own folder.
    resolveId(name, importer) {
      if (!name.startsWith('@bull-board/') || !importer) return;
      return { id: createRequire(importer).resolve(name), external: true };
    },
    transform(code, id) {
      if (!id.startsWith(root) || id.includes('node_modules') || !code.includes('import.meta.url')) return;
      const free = code.includes('require.resolve') ? code : code.replace(REQUIRE, '');
      return { code: free.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)) };
    },
  };
}
