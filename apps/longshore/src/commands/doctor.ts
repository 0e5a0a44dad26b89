/** `longshore doctor`: its options and help. The implementation is in `operator/doctor.ts`, loaded on use. */
import { type Command, InvalidArgumentError } from 'commander';
import type { DoctorCommandOptions } from '../operator/doctor.js';
import type { Shell } from '../shell.js';
import { httpUrl, withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore doctor
  $ longshore doctor --only redis,endpoints
  $ longshore doctor --only sources --from https://relay.example.com
  $ longshore doctor --only registry --registry http://registry:5000 --debug http://registry:5001
  $ longshore doctor --json | jq '.checks[] | select(.status == "fail")'

Changes nothing, and sends no request to receivers, except with --send. Receivers are checked up to DNS, connection
and TLS. Before the first start use --only host,config,container,endpoints.

Exit code 0: nothing fails, warnings included. 1: something fails. 2: wrong usage,
or the file is no usable configuration.
`;

/** Adds the command. */
export function addDoctor(program: Command, shell: Shell): void {
  withConfig(program.command('doctor'), shell)
    .description('look for what is wrong around the relay, with the command that corrects each')
    .option('--only <groups>', 'only these groups, separated by commas', names)
    .option('--from <url>', 'url by which registries reach ingest (default: ingest.listen)', httpUrl)
    .option('--registry <url>', 'url of a registry to check', httpUrl)
    .option('--debug <url>', 'its debug listener, for what waits there', httpUrl)
    .option('--timeout <seconds>', 'for each connection and request', seconds, 5_000)
    .option('--send', 'also send a test event to each endpoint, and print the answers')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (options: DoctorCommandOptions) => {
      const { doctor } = await import('../operator/doctor.js');
      shell.exitWith(await doctor(options, shell));
    });
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim());

/** Milliseconds. @throws InvalidArgumentError */
function seconds(text: string): number {
  const count = Number(text.replace(/s$/, ''));
  if (!(count > 0 && count <= 600)) throw new InvalidArgumentError('Use seconds, up to 600.');
  return count * 1_000;
}
