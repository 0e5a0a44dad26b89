import { expect, test } from 'vitest';
import { createProgressLine, showBulkProgress } from './progress-line.js';

function terminal(isTTY: boolean, columns = 200) {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  return { isTTY, columns, write, read: () => text };
}

test('on a terminal one line shows the progress, and nothing of it is left', () => {
  const out = terminal(true);
  const line = createProgressLine(out);
  line.bar(0.25, '12 / 48 blobs');
  expect(out.read()).toBe('\r\x1b[2K[########......................] 12 / 48 blobs');
  line.wait('another process warms this image');
  expect(out.read()).toMatch(/12 \/ 48 blobs {2}another process warms this image$/);
  line.end();
  expect(out.read().endsWith('\r\x1b[2K')).toBe(true);
});

test('without a terminal there is no line, and a reason to wait is written once', () => {
  const out = terminal(false);
  const line = createProgressLine(out);
  line.show('reading');
  line.bar(0.5, '1 / 2 blobs');
  line.wait('busy');
  line.wait('busy');
  line.note('stand-alone');
  line.end();
  expect(out.read()).toBe('longshore: busy\nlongshore: stand-alone\n');
});

test('no line is longer than the terminal, where it could not be cleared', () => {
  const out = terminal(true, 20);
  const line = createProgressLine(out);
  line.show('reading a repository with a long name');
  line.end();
  expect(out.read()).toBe('\r\x1b[2Kreading a repositor\r\x1b[2K');
});

test('a bulk action shows how many it has checked, and what it waits for', () => {
  const progress = { total: 200, looked: 50, done: 48, skipped: 2, holding: [] };
  const out = terminal(true);
  showBulkProgress(createProgressLine(out), 'retried')(progress);
  expect(out.read()).toMatch(/\] 50 of 200 checked, 48 retried$/);

  const log = terminal(false);
  const show = showBulkProgress(createProgressLine(log), 'retried');
  for (const holding of [[], ['one'], ['one'], [], ['one']]) show({ ...progress, holding });
  expect(log.read()).toBe('longshore: waiting for a full backlog to drain: one\n'.repeat(2));
});
