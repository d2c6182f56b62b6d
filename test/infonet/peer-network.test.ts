import { expect, test } from 'vitest';
import { networkOf, networkRefusal } from '../../src/infonet/peer-network.ts';
import { fc } from '../support/property.ts';

const strict = { allowClearnet: false };
const open = { allowClearnet: true };
const ONION = `${'a'.repeat(56)}.onion`;

test.each([
  ['http://127.0.0.1:8000', 'loopback'],
  ['http://127.8.9.10', 'loopback'],
  ['http://0x7f.1', 'loopback'],
  ['http://2130706433', 'loopback'],
  ['https://localhost', 'loopback'],
  ['http://LOCALHOST.', 'loopback'],
  ['http://node.localhost:80', 'loopback'],
  ['http://[::1]:8000', 'loopback'],
  ['http://[::ffff:127.0.0.1]', 'loopback'],
  [`http://${ONION}`, 'onion'],
  [`http://sub.${ONION.toUpperCase()}.:80`, 'onion'],
  ['https://peer.example', 'clearnet'],
  ['https://localhost.example', 'clearnet'],
  ['https://onion', 'clearnet'],
  ['https://127.0.0.1.example', 'clearnet'],
  ['https://a.onion.example', 'clearnet'],
  ['http://128.0.0.1', 'clearnet'],
  ['http://0.0.0.0', 'clearnet'],
  ['http://192.168.1.2', 'clearnet'],
  ['http://[::2]', 'clearnet'],
])('%s is reached over %s', (url, network) => {
  expect(networkOf(new URL(url).hostname)).toBe(network);
  const refused = networkRefusal(url, strict);
  if (network === 'clearnet') expect(refused).toContain('clearnet is not allowed');
  else expect(refused).toBeUndefined();
});

test.each([
  'http://192.168.1.2:8000',
  'http://10.0.0.1',
  'http://172.31.0.1',
  'http://169.254.1.1',
  'http://[fd00::1]',
  'http://[fe80::1]',
  'http://nas',
  'http://nas.local',
  'http://nas.home.arpa',
  'https://peer.example',
  'https://8.8.8.8',
])('%s is asked where clearnet is allowed', (url) => {
  expect(networkRefusal(url, open)).toBeUndefined();
});

test.each(['http://peer.example', 'http://8.8.8.8', 'http://172.32.0.1', 'http://[2001:db8::1]'])(
  '%s is not asked, since plain http stays on the local network',
  (url) => expect(networkRefusal(url, open)).toContain('plain http'),
);

test.each([
  ['ftp://127.0.0.1', 'its scheme is ftp:'],
  ['file:///etc/passwd', 'absolute URL'],
  ['nonsense', 'absolute URL'],
  ['', 'absolute URL'],
  ['http://127.0.0.1/?a=1', 'without query'],
])('%s is refused by the rules of the peer store', (url, reason) => {
  expect(networkRefusal(url, open)).toContain(reason);
});

test('credentials in a URL are refused and not shown', () => {
  const refused = networkRefusal('https://user:secret@peer.example', open);
  expect(refused).toContain('carries credentials');
  expect(refused).not.toContain('secret');
});

test('whatever a URL is, no clearnet host gets through without leave, and nothing throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string(),
        fc.domain().map((name) => `http://${name}`),
      ),
      (url) => {
        if (networkRefusal(url, strict) !== undefined) return;
        expect(networkOf(new URL(url).hostname)).not.toBe('clearnet');
      },
    ),
  );
});
