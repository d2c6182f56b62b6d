import { describe, expect, it } from 'vitest';
import { normalizePeerUrl } from '../../src/policy/peer-url.ts';
import { fc } from '../support/property.ts';
import { anyPeerUrl } from './any-peer-record.ts';

describe('normalizePeerUrl', () => {
  it.each([
    ['https://peer.example', 'https://peer.example'],
    ['HTTPS://Peer.EXAMPLE', 'https://peer.example'],
    ['https://peer.example/', 'https://peer.example'],
    ['https://peer.example///', 'https://peer.example'],
    ['https://peer.example:443', 'https://peer.example'],
    ['http://peer.example:80/', 'http://peer.example'],
    ['http://peer.example:443', 'http://peer.example:443'],
    ['  https://peer.example\n', 'https://peer.example'],
    ['https://peer.example/Node/', 'https://peer.example/Node'],
    ['https://peer.example/a/../b', 'https://peer.example/b'],
    ['https://peer.example/?', 'https://peer.example'],
    ['https://peer.example/#', 'https://peer.example'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
    ['http://ABCDEF.onion', 'http://abcdef.onion'],
    ['mesh://Node.Example:80/', 'mesh://node.example:80'],
  ])('spells %j as %j', (value, spelling) => {
    expect(normalizePeerUrl(value)).toBe(spelling);
  });

  it('keeps a normal spelling as it is', () => {
    fc.assert(
      fc.property(anyPeerUrl, (url) => {
        expect(normalizePeerUrl(url)).toBe(url);
      }),
    );
  });

  it('normalises all spellings to one, idempotently', () => {
    fc.assert(
      fc.property(
        fc.webUrl(),
        fc.func(fc.boolean()),
        fc.stringMatching(/^\/{0,3}$/),
        fc.stringMatching(/^[ \t\n]{0,3}$/),
        (url, isUpper, slashes, padding) => {
          const [, origin = '', path = ''] = /^([a-z]+:\/\/[^/]*)(.*)$/s.exec(url) ?? [];
          const cased = Array.from(origin, (one, at) => (isUpper(at) ? one.toUpperCase() : one)).join('');
          const once = normalizePeerUrl(url);
          expect(normalizePeerUrl(`${padding}${cased}${path}${slashes}${padding}`)).toBe(once);
          expect(normalizePeerUrl(once)).toBe(once);
          expect(once.endsWith('/')).toBe(false);
        },
      ),
    );
  });

  it.each([
    ['', '""'],
    ['peer.example', '"peer.example"'],
    ['//peer.example', '"//peer.example"'],
    ['/node', '"/node"'],
    [' peer.example ', '"peer.example"'],
    ['https://', '"https://"'],
    ['https://peer.example:99999', '"https://peer.example:99999"'],
    ['file:///peers', '"file:///peers"'],
    ['javascript:alert(1)', '"javascript:alert(1)"'],
    ['data:,peer', '"data:,peer"'],
    ['5ecret word@peer.example', '"…@peer.example"'],
    ['5ecret\n word@or@peer.example', '"…@peer.example"'],
  ])('refuses %j, which is no absolute URL', (value, shown) => {
    expect(() => normalizePeerUrl(value, 'peers[2]: peerUrl')).toThrow(
      new TypeError(`peers[2]: peerUrl is ${shown}; allowed is an absolute URL such as https://peer.example`),
    );
  });

  it.each([
    ['https://peer.example?token=5ecret', 'https://peer.example'],
    ['https://peer.example/#top', 'https://peer.example'],
    ['https://peer.example/a?b#c', 'https://peer.example/a'],
  ])('refuses %j: a query or a fragment is no part of a peer, and may be a secret', (value, address) => {
    expect(() => normalizePeerUrl(value)).toThrow(
      new TypeError(`peerUrl is "${address}" and more; allowed is a URL without query and fragment`),
    );
  });

  it('refuses text longer than any address without parsing it', () => {
    const long = `https://peer.example${'/'.repeat(100_000)}a`;
    expect(() => normalizePeerUrl(long)).toThrow(
      new TypeError('peerUrl has 100021 characters; allowed are 2048'),
    );
    const longest = `https://peer.example/${'a'.repeat(2048 - 21)}`;
    expect(normalizePeerUrl(longest)).toBe(longest);
    expect(() => normalizePeerUrl(`${longest}a`)).toThrow('peerUrl has 2049 characters');
  });

  it('refuses credentials and does not show them in the message', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=-]{6,20}$/);
    fc.assert(
      fc.property(part, part, anyPeerUrl, fc.constantFrom('', '?x', '#y'), (user, password, url, rest) => {
        for (const credentials of [`${user}:${password}`, `${user}:`, `:${password}`]) {
          const value = url.replace('://', () => `://${credentials}@`) + rest;
          expect(() => normalizePeerUrl(value)).toThrow(
            new TypeError('peerUrl carries credentials (not shown here); allowed is a URL without them'),
          );
        }
      }),
    );
  });

  it.each([
    'https://user:5ecret@peer.example:99999',
    'https://user:5ecret@[peer',
    'https://user:5ecret@peer example',
    'https://us@er:5ecret@peer.example:99999',
    'https://user:5ecret?x@peer.example:y',
    'https://user:half/5ecret@peer.example',
    'https://user:5ecret/half@peer.example',
    'https://user:5ecret@half@peer.example:y',
    'https:/user:5ecret@peer.example:99999',
    'https:user:5ecret@peer.example:99999',
    'https:\\\\user:5ecret@peer.example:99999',
    'file://user:5ecret@',
    '//user:5ecret@peer.example',
    'user:5ecret@peer.example',
    'ssh:user:5ecret@peer.example',
  ])('shows no credentials of %j, which is no URL either', (value) => {
    expect(() => normalizePeerUrl(value)).toThrow(TypeError);
    expect(() => normalizePeerUrl(value)).not.toThrow('5ecret');
  });

  it('refuses what is no text, with its value', () => {
    for (const [value, shown] of [
      [null, 'null'],
      [5, '5'],
      [{}, '{}'],
    ]) {
      expect(() => normalizePeerUrl(value as string)).toThrow(
        `peerUrl is ${shown}; allowed is an absolute URL`,
      );
    }
  });
});
