import { describe, expect, it } from 'vitest';
import { readDemoPeer, readDemoSeconds } from '../../src/command-line/commands/demo.ts';

describe('the peers of the demo', () => {
  it('are taken in their one spelling, several of them too', () => {
    const given = ['HTTPS://Peer.Example:443/', 'http://10.0.0.1:8000/mesh/'];
    expect(given.map(readDemoPeer)).toEqual(['https://peer.example', 'http://10.0.0.1:8000/mesh']);
  });

  it.each([
    ['nonsense', '--peer is "nonsense"; allowed is an absolute URL such as https://peer.example'],
    ['ftp://host', '--peer is "ftp://host"; allowed is a URL with http: or https:'],
    [
      'http://peer.example/',
      '--peer is "http://peer.example": plain http is allowed on the local network only; over the internet it is https',
    ],
  ])('%j are refused with what is allowed', (text, message) => {
    expect(() => readDemoPeer(text)).toThrow(expect.objectContaining({ status: 2, message }));
  });

  it('never repeat a password', () => {
    for (const url of ['http://u:secret@host', 'ftp://u:secret@host', 'http://u:secret@abc.onion']) {
      expect(() => readDemoPeer(url)).toThrow(/^(?!.*secret)/);
    }
  });
});

describe('the seconds of the demo', () => {
  it.each([
    ['1', 1],
    ['0.5', 0.5],
    ['2147483', 2147483],
  ])('may be %s', (text, seconds) => {
    expect(readDemoSeconds(text)).toBe(seconds);
  });

  it.each(['abc', '0', '', '-3', '1e3', '2147484'])('may not be "%s"', (text) => {
    expect(readDemoSeconds(text)).toBeUndefined();
  });
});
