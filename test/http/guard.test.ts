import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { guardHost, isLoopback } from '../../src/http/guard.ts';
import { fc } from '../support/property.ts';

function asks(host: string, port?: number): boolean {
  const request = { rawHeaders: ['Host', host], headers: { host }, url: '/' } as unknown as IncomingMessage;
  return guardHost(request, port) === undefined;
}

test('only a name or address of the loopback is let in, whatever the Host header says', () => {
  for (const host of ['', ':80', '[::1', 'a@localhost', 'localhost/x', 'localhost, evil.example']) {
    expect([host, asks(host)]).toEqual([host, false]);
  }
  expect(['localhost', 'LOCALHOST:1', '127.9.9.9', '[::1]:8080'].map((host) => asks(host))).toEqual(
    Array(4).fill(true),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.webAuthority(), fc.ipV4(), fc.ipV6()), (host) => {
      const name = host.toLowerCase().replace(/:\d*$/, '');
      if (!/^(localhost|127\.\d+\.\d+\.\d+|\[[:0]*1\])$/.test(name)) expect(asks(host)).toBe(false);
    }),
  );
});

test('a port that is demanded is the only one', () => {
  expect(['localhost:80', 'localhost', 'localhost:81'].map((host) => asks(host, 80))).toEqual([
    true,
    true,
    false,
  ]);
  expect(isLoopback('127.0.0.1.evil.example')).toBe(false);
});
