/**
 * What a release consists of, in dist/release: `npm run release -- --dry-run`. Publishes nothing: that is done by
 * infra/release/release.yml, in the forge, with its identity.
 *
 * The package always; the chart where Helm is, the image of this machine's architecture where buildah is.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { notesOf, stagePackage, versionFaults } from './release/package.mjs';
import { capture, SetupError, show, which } from './run-command.mjs';
import { asScript, ROOT, say, setUp } from './setup.mjs';

const { values } = parseArgs({
  options: { 'dry-run': { type: 'boolean' }, helm: { type: 'string', default: 'helm' } },
});

await asScript(async () => {
  if (!values['dry-run']) {
    throw new SetupError(
      'nothing is published from here: add --dry-run, or push a tag to the forge (infra/release/README.md)',
    );
  }
  const faults = await versionFaults(ROOT);
  if (faults.length > 0) throw new SetupError(faults.join('\n'));
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const notes = notesOf(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8'), version);
  if (!notes) throw new SetupError(`CHANGELOG.md says nothing of ${version}`);
  await setUp({ redis: false });
  const out = join(ROOT, 'dist', 'release');
  await rm(out, { recursive: true, force: true });
  const staged = join(out, 'package');
  await mkdir(staged, { recursive: true });
  await writeFile(join(out, 'notes.md'), `${notes}\n`);
  await stagePackage(ROOT, staged);
  const packed = await capture('npm', ['pack', '--silent', '--pack-destination', out], { cwd: staged });
  say(`package: dist/release/${packed.trim()}`);
  if (await which(values.helm)) {
    await must(values.helm, ['package', join(ROOT, 'infra/helm'), '--destination', join(out, 'chart')]);
  } else say('chart: skipped, Helm is not installed');
  if (await which('buildah'))
    await must('node', [join(ROOT, 'scripts/image.mjs'), '--tag', `localhost/longshore:${version}`]);
  else say('image: skipped, buildah is not installed');
  say(`notes: dist/release/notes.md`);
});

async function must(command, args) {
  const code = await show(command, args);
  if (code !== 0) throw new SetupError(`${command} failed (${code})`);
}
