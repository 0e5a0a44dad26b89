import { expect, test } from 'vitest';
import { createBar } from './preheat-bar.js';

function terminal(isTTY: boolean) {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  return { isTTY, write, read: () => text };
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
