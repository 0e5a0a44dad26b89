/** Runs a program for set-up: quiet while it works, everything that it printed when it fails. */
import { spawn } from 'node:child_process';

/** No update notices, no prompts, no telemetry. */
const QUIET = {
  NO_UPDATE_NOTIFIER: '1',
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_confirm_modules_purge: 'false',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DEBIAN_FRONTEND: 'noninteractive',
};

/** A failure with a complete message: no stack is printed. */
export class SetupError extends Error {}

/** Resolves with what the program printed. Throws a SetupError that holds it when the program fails. */
export async function capture(command, args, options = {}) {
  const { code, output } = await run(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  if (code !== 0) throw new SetupError(`${[command, ...args].join(' ')} failed (${code}):\n${output.trim()}`);
  return output;
}

/** Runs a program with its output shown. Resolves with its exit code. */
export async function show(command, args, options = {}) {
  const { code } = await run(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
  return code;
}

function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, env: { ...process.env, ...QUIET } });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => resolve({ code: error.code ?? 1, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

/** Absolute path of a program; undefined when it is not on the PATH. */
export async function which(name) {
  const { code, output } = await run('/bin/sh', ['-c', 'command -v -- "$1"', 'sh', name], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return code === 0 ? output.trim() : undefined;
}
