import { expect, test } from 'vitest';
import { parseHostName } from './host-name.js';

test.each([
  ['relay.example.com', 'relay.example.com'],
  ['Relay.Example.COM.', 'relay.example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['my_relay', 'my_relay'],
  ['10.0.0.5', '10.0.0.5'],
  ['fd00::1', '[fd00::1]'],
  ['[FD00:0:0::1]', '[fd00::1]'],
])('%s is %s', (text, host) => {
  expect(parseHostName(text)).toBe(host);
});

test.each([
  ['https://relay.example.com', 'is a url; write its host name only'],
  ['relay.example.com:443', 'has a port; write the host name only, it matches every port'],
  ['[fd00::1]:443', 'has a port; write the host name only, it matches every port'],
  ['*.example.com', 'has a wildcard; write each host name out'],
  ['user@relay', 'is not a host name or address'],
  ['relay/path', 'is not a host name or address'],
  ['', 'is not a host name or address'],
  ['256.0.0.1', 'is not a host name or address'],
])('%s %s', (text, fault) => {
  expect(parseHostName(text)).toEqual({ fault });
});
