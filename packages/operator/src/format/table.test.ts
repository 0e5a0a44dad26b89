import { expect, test } from 'vitest';
import { table } from './terminal.js';

const columns = [{ header: 'NAME' }, { header: 'WAITING', isNumber: true }, { header: 'DETAILS' }];
const rows = [
  ['one', 12, 'connection refused by receiver.example.com:443'],
  ['another', '1,000', ''],
];

test('columns are aligned, and numbers end under each other', () => {
  expect(table(columns, rows)).toEqual([
    'NAME     WAITING  DETAILS',
    'one           12  connection refused by receiver.example.com:443',
    'another    1,000',
  ]);
});

test('the last column is cut to the width of the terminal', () => {
  const lines = table(columns, rows, 40);
  expect(lines[1]).toBe('one           12  connection refused by…');
  expect(Math.max(...lines.map((line) => line.length))).toBe(40);
});

test('text from outside acts on no terminal', () => {
  expect(table([{ header: 'X' }], [['a\u001b[2Jb\nc']]).join('\n')).not.toContain('\u001b');
});
