/** `longshore preheat`: its options and help, and the choice of the endpoint. The implementation is in `preheat.ts`. */
import type { Config, PreheatEndpoint } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Command } from 'commander';
import type { ImageName } from '../image-name.js';
import type { Shell } from '../shell.js';
import { imageName, withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore preheat registry.example.com/team/app:1.4.2
  $ longshore preheat team/app:1.4.2 --endpoint warm --dry-run
  $ longshore preheat team/app@sha256:858a8366125ba1ee606c2d28f6b029eb431b3db12b8a79389ee03434a762913c --json

Exit code 0: everything is warm. 1: something is not; the table has the reasons.
`;

interface PreheatCommand {
  config: string;
  endpoint?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** Adds the command. */
export function addPreheat(program: Command, shell: Shell): void {
  withConfig(program.command('preheat'), shell)
    .description('warm one image at the targets of a preheat endpoint, and print the result of each blob')
    .argument('<ref>', 'the image: [host/]repository[:tag][@digest]', imageName)
    .option('-e, --endpoint <name>', 'the endpoint of kind preheat, when there are several')
    .option('--dry-run', 'walk the image and print what would be warmed')
    .option('--json', 'print the run as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (image: ImageName, { config: file, endpoint, dryRun, json }: PreheatCommand) => {
      const [{ preheat }, { isLoopback }] = await Promise.all([
        import('../preheat.js'),
        import('@longshore/config'),
      ]);
      const options = { dryRun: dryRun ?? false, json: json ?? false };
      const choose = (config: Config) => {
        const chosen = endpointOf(config, endpoint);
        return { endpoint: chosen, image: imageAt(chosen, image, isLoopback) };
      };
      shell.exitWith(await preheat(file, choose, options, shell));
    });
}

/** The endpoint: the named one, or the only one of kind preheat. */
function endpointOf({ notifications }: Config, name: string | undefined) {
  const endpoints = notifications.endpoints.filter((endpoint) => endpoint.kind === 'preheat');
  const known = endpoints.map((endpoint) => endpoint.name).join(', ');
  const [first, ...others] = endpoints.filter((endpoint) => name === undefined || endpoint.name === name);
  if (first && others.length === 0) return first;
  const why = first
    ? `several endpoints of kind preheat (${known}); select one with --endpoint`
    : name === undefined
      ? 'the configuration has no endpoint of kind preheat; add one'
      : `no endpoint ${name} of kind preheat; available: ${known || 'none'}`;
  throw new LongshoreError('CONFIG_INVALID', why);
}

/** The image at the endpoint's registry, or at the registry in its reference. */
function imageAt(
  { name, preheat }: PreheatEndpoint,
  { host, ...image }: ImageName,
  isLoopback: (host: string) => boolean,
) {
  const url = preheat.registry.url?.reveal();
  if (url !== undefined) {
    const own = new URL(url).host;
    if (host === undefined || host === own) return image;
    throw new LongshoreError(
      'CONFIG_INVALID',
      `${host} is not the registry of ${name} (${own}); omit the host, or select another endpoint`,
    );
  }
  if (host === undefined) {
    throw new LongshoreError(
      'CONFIG_INVALID',
      `${name} has no preheat.registry.url: include the registry, as in registry.example.com/team/app:1.0`,
    );
  }
  const plain = isLoopback(new URL(`http://${host}`).hostname);
  return { ...image, registry: `${plain ? 'http' : 'https'}://${host}` };
}
