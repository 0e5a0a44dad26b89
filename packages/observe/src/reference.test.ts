import { expect, test } from 'vitest';
import { METRICS } from './metrics-table.js';
import { RECORDS } from './records-table.js';
import { metricsPage, recordsPage } from './reference.js';

test('the page of records names each record, each of its messages and each of its fields', () => {
  const page = recordsPage();
  for (const [name, { forms, fields }] of Object.entries(RECORDS)) {
    const section = page.split('\n## ').find((part) => part.startsWith(`\`${name}\``)) ?? '';
    for (const { level, message } of forms) expect(section).toContain(`| ${level} | \`${message}\` |`);
    for (const field of Object.keys(fields)) expect(section).toContain(`| \`${field}\` |`);
  }
});

test('the page of metrics has a row for each metric, with its labels', () => {
  const page = metricsPage();
  for (const [name, { type, labels }] of Object.entries(METRICS)) {
    const cells = labels.map((label) => `\`${label}\``).join(', ');
    expect(page).toContain(`| \`${name}\` | ${type} | ${cells} |`);
  }
});

test('every metric is named by Longshore’s or by the registry’s template', () => {
  for (const [name, { type }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^(longshore|registry_notifications)_[a-z_]+$/);
    if (type === 'counter') expect(name).toMatch(/_total$/);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});
