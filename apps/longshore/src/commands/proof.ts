/** `longshore proof`: its options and help. The implementation is in `proof/proof.ts`, loaded on use. */
import type { Command } from 'commander';
import type { ProofOptions } from '../proof/proof.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore proof sha256:858a8366125ba1ee606c2d28f6b029eb431b3db12b8a79389ee03434a762913c
  $ longshore proof acme/app:1.0
  $ openssl genpkey -algorithm ed25519 -out proof.pem
  $ openssl pkey -in proof.pem -pubout -out proof.pub.pem
  $ longshore proof acme/app:1.0 --sign proof.pem > app.jws
  $ longshore proof --verify app.jws --key proof.pub.pem

A key is a file with PEM or JWK, or env:NAME: Ed25519 (EdDSA) or P-256 (ES256).

Exit code 0: done; of --verify: the signature is valid. 1: no event is known, the
relay is not running, or the proof is false. 2: wrong usage.
`;

/** Adds the command. */
export function addProof(program: Command, shell: Shell): void {
  withConfig(program.command('proof'), shell)
    .description(
      'which endpoints were notified of an image: when, with which answer, after how many attempts',
    )
    .argument('[image]', 'digest, or repository:tag')
    .option('--sign <key>', 'print it as a compact JWS, signed with this private key')
    .option('--verify <file>', 'check such a JWS; `-` reads standard input')
    .option('--key <key>', 'public key, for --verify')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (image: string | undefined, options: ProofOptions) => {
      const { proof } = await import('../proof/proof.js');
      shell.exitWith(await proof(image, options, shell));
    });
}
