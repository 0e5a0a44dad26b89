/** `longshore verify`: its options and help. The implementation is in `verify.ts`. Needs no configuration. */
import { SIGN_SCHEMES } from '@longshore/signing';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Shell } from '../shell.js';
import type { VerifyOptions } from '../verify.js';

const EXAMPLES = `
Examples:
  $ longshore verify --secret env:WEBHOOK_SECRET --header 'X-Hub-Signature-256=sha256=757107ea…' body.json
  $ longshore verify --secret file:/run/secrets/new --secret file:/run/secrets/old --any-time \\
      --header webhook-id=5d41402abc4b2a76b9719d911017c592 --header webhook-timestamp=1764000000 \\
      --header 'webhook-signature=v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=' < body.json

The body has to be the exact bytes that arrived. Without --scheme the signature's
header decides. A secret in the command line is seen by others on the machine:
write env:NAME or file:/path.

Exit code 0: the signature is right. 1: it is not, with the reason. 2: wrong usage.
`;

/** Adds the command. */
export function addVerify(program: Command, shell: Shell): void {
  program
    .command('verify')
    .description('check the signature of a captured request')
    .argument('[file]', 'its body (default: standard input)')
    .requiredOption('--secret <secret>', 'secret, env:NAME or file:/path; may be repeated', repeated)
    .option('--header <name=value>', 'header of the request; may be repeated', header, {})
    .addOption(
      new Option('--scheme <scheme>', 'how it is signed; `custom` is --signature-header').choices(
        SIGN_SCHEMES,
      ),
    )
    .option('--signature-header <name>', 'custom: the header with the signature')
    .addOption(
      new Option('--algorithm <name>', 'custom: hash algorithm')
        .choices(['sha1', 'sha256', 'sha512'])
        .default('sha256'),
    )
    .addOption(
      new Option('--encoding <name>', 'custom: encoding of the signature')
        .choices(['hex', 'base64'])
        .default('hex'),
    )
    .option('--prefix <text>', 'custom: prefix of the signature', '')
    .option('--any-time', 'standard: accept a request that is older than 5 minutes')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: VerifyOptions) => {
      const { verify } = await import('../verify.js');
      shell.exitWith(await verify(file, options, shell));
    });
}

const repeated = (text: string, before: string[] = []): string[] => [...before, text];

function header(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([^\s=:]+)\s*[=:]\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Use NAME=VALUE.');
  return { ...before, [name]: value };
}
