import { expect, test } from 'vitest';
import { installHint } from './install-hint.js';

test.each([
  ['Debian', 'linux', 'ID=debian\nVERSION_ID="12"', 'apt-get install redis-server'],
  ['Ubuntu', 'linux', 'ID=ubuntu\nID_LIKE=debian', 'apt-get install redis-server'],
  ['Mint', 'linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"', 'apt-get install redis-server'],
  ['Fedora', 'linux', 'NAME="Fedora Linux"\nID=fedora', 'dnf install valkey'],
  [
    'RHEL',
    'linux',
    'ID="rhel"\nID_LIKE="fedora"',
    'dnf module install redis:7 (from release 10 on: dnf install valkey)',
  ],
  [
    'Rocky',
    'linux',
    'ID="rocky"\nID_LIKE="rhel centos fedora"',
    'dnf module install redis:7 (from release 10',
  ],
  ['Alpine', 'linux', 'ID=alpine', 'apk add redis'],
  ['Arch', 'linux', 'ID=arch', 'pacman -S valkey'],
  ['openSUSE', 'linux', 'ID="opensuse-leap"\nID_LIKE="suse opensuse"', 'zypper install redis'],
  ['an unknown Linux', 'linux', 'ID=plan9', 'your package manager'],
  ['a Linux without os-release', 'linux', '', 'your package manager'],
  ['macOS', 'darwin', '', 'brew install redis'],
  ['Windows', 'win32', '', 'your package manager'],
])('%s gets its own command', (_name, platform, osRelease, expected) => {
  expect(installHint('redis', platform, osRelease)).toContain(expected);
});

test('a word inside another field is no match', () => {
  expect(installHint('redis', 'linux', 'VERSION_ID=debian\nID=plan9')).not.toContain('apt-get');
});

test('PostgreSQL comes with its extensions, which some systems package apart', () => {
  expect(installHint('postgres', 'linux', 'ID=debian')).toBe('apt-get install postgresql');
  expect(installHint('postgres', 'linux', 'ID=alpine')).toBe('apk add postgresql postgresql-contrib');
  expect(installHint('postgres', 'win32', '')).toBe(
    'install PostgreSQL 15 or newer with your package manager',
  );
});
