import { expect, test } from 'vitest';
import { createBar } from './preheat-bar.js';

function terminal(isTTY: boolean, columns = 200) {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  return { isTTY, columns, write, read: () => text };
}

test('on a terminal one line says how far it is, and nothing of it is left', () => {
  const out = terminal(true);
  const bar = createBar(out);
  bar.progress({ done: 12, total: 48, blobs: '12 / 48' });
  expect(out.read()).toBe('\r\x1b[2K[########......................] 12 / 48 blobs');
  bar.wait('the target is at it');
  expect(out.read()).toMatch(/12 \/ 48 blobs {2}the target is at it$/);
  bar.end();
  expect(out.read().endsWith('\r\x1b[2K')).toBe(true);
});

test('without a terminal there is no line, and each reason to wait is told once', () => {
  const out = terminal(false);
  const bar = createBar(out);
  bar.progress({ done: 1, total: 2, blobs: '1 / 2' });
  bar.wait('the target is at it');
  bar.wait('the target is at it');
  bar.note('no relay is reached');
  bar.end();
  expect(out.read()).toBe('longshore: the target is at it\nlongshore: no relay is reached\n');
});

test('bytes fill the line and are named', () => {
  const out = terminal(true);
  createBar(out).progress({ progress: 50, done: 0, total: 5, blobs: '0 / 5', bytes: '5.0 MiB / 10.0 MiB' });
  expect(out.read()).toMatch(/\[#{15}\.{15}\] 0 \/ 5 blobs, 5\.0 MiB \/ 10\.0 MiB$/);
});

test('what tells nothing of blobs changes nothing', () => {
  const out = terminal(true);
  createBar(out).progress({ waited: 'for another' });
  expect(out.read()).toBe('');
});

test('no line is longer than the terminal, where it could not be taken back', () => {
  const out = terminal(true, 20);
  const bar = createBar(out);
  bar.begin('reading a repository with a long name');
  bar.end();
  expect(out.read()).toBe('\r\x1b[2Kreading a repositor\r\x1b[2K');
});

test('the beginning is for terminals only', () => {
  const out = terminal(false);
  createBar(out).begin('reading');
  expect(out.read()).toBe('');
});
