/** `longshore copy`: its options and help. The implementation is in `copy.ts`. */
import type { Command } from 'commander';
import type { ImageName } from '../image-name.js';
import type { Shell } from '../shell.js';
import { imageName, withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore copy registry.example.com/team/app:1.4.2 standby.example.com/team/app:1.4.2
  $ longshore copy registry.example.com/team/app:1.4.2 standby.example.com/mirror/app --referrers

Without a tag at the target, the image keeps its tag. Credentials are those of an endpoint of kind copy with that registry,
if the configuration file exists, else those of docker login. A registry on this machine is asked without TLS.
Exit code 0: the image is at the target. 1: it is not; the table has the reasons.
`;

interface CopyCommand {
  config: string;
  platform: string[];
  referrers?: boolean;
  json?: boolean;
}

const all = (one: string, before: string[]): string[] => [...before, one];

/** A tag that is not written is not `latest`: that would overwrite another image. */
function targetName(text: string): ImageName {
  const { host, repository, tag } = imageName(text);
  const isTagged = tag !== undefined && text.endsWith(`:${tag}`);
  return { ...(host !== undefined && { host }), repository, ...(isTagged && { tag }) };
}

/** Adds the command. */
export function addCopy(program: Command, shell: Shell): void {
  withConfig(program.command('copy'), shell)
    .description('copy one image to another registry, and print the result of each part')
    .argument('<ref>', 'the image: host/repository[:tag][@digest]', imageName)
    .argument('<target>', 'where to: host/repository[:tag]', targetName)
    .option(
      '--platform <platform>',
      'copy only this platform; may be repeated; changes the digest of an index',
      all,
      [],
    )
    .option('--referrers', 'also copy what refers to it, such as signatures')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (from: ImageName, to: ImageName, { config: file, platform, ...more }: CopyCommand) => {
      const { copy } = await import('../copy.js');
      const options = { platforms: platform, referrers: more.referrers ?? false, json: more.json ?? false };
      shell.exitWith(await copy(file, { from, to }, options, shell));
    });
}
