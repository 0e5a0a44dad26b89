import { expect, test } from 'vitest';
import { processFindings } from './processes.js';

const ABOUT = { file: 'longshore.yml', version: '1.0.0' };
const process = (name: string, roles: string[], version = '1.0.0') => ({ name, roles, version });

test('a worker is missing', () => {
  expect(processFindings([process('a:1', ['ingest', 'dashboard'])], ABOUT)).toEqual([
    { status: 'pass', name: 'ingest', message: '1 process: a:1' },
    {
      ...{ status: 'warn', name: 'worker' },
      message: 'no process has noted this role within the last minute: if none runs, no event is delivered',
      fix: 'longshore run --config longshore.yml --role worker; a process of an older version notes nothing: upgrade it',
    },
  ]);
});

test('all roles by several processes, of which one has another version', () => {
  const workers = [1, 2, 3, 4, 5, 6].map((n) => process(`w:${n}`, ['worker']));
  const found = processFindings([process('a:1', ['ingest'], '0.9.0'), ...workers], ABOUT);
  expect(found).toEqual([
    { status: 'pass', name: 'ingest', message: '1 process: a:1' },
    { status: 'pass', name: 'worker', message: '6 processes: w:1, w:2, w:3, w:4, w:5, …' },
    {
      ...{ status: 'warn', name: 'version', fix: 'upgrade all of them to the same version' },
      message: 'processes have different versions: 1.0.0 (w:1, w:2, w:3, w:4, w:5, …), 0.9.0 (a:1)',
    },
  ]);
});

test('this command has another version than the relay', () => {
  const [, , version] = processFindings([process('a:1', ['ingest', 'worker'])], {
    ...ABOUT,
    version: '1.1.0',
  });
  expect(version?.message).toBe('processes have different versions: 1.1.0 (this command), 1.0.0 (a:1)');
});
