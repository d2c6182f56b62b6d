import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/demo/arguments.ts';

const urls = (args: readonly string[]): readonly string[] =>
  readArguments(args).peers.map((peer) => peer.peerUrl);

describe('the arguments', () => {
  it('are the tour without an end, if there are none', () => {
    expect(readArguments([])).toEqual({ help: false, peers: [], seconds: undefined });
  });

  it('take peers in their one spelling, several of them too', () => {
    const given = ['HTTPS://Peer.Example:443/', 'http://10.0.0.1:8000/mesh/', 'http://abc.onion'];
    expect(urls(given.flatMap((url) => ['--peer', url]))).toEqual([
      'https://peer.example',
      'http://10.0.0.1:8000/mesh',
      'http://abc.onion',
    ]);
  });

  it.each([
    ['1', 1],
    ['0.5', 0.5],
    ['2147483', 2147483],
  ])('take %s seconds', (text, seconds) => {
    expect(readArguments(['--seconds', text]).seconds).toBe(seconds);
  });

  it.each([['--help'], ['-h']])('take %s', (flag) => {
    expect(readArguments([flag]).help).toBe(true);
  });

  it.each([
    [['--seconds', 'abc'], '--seconds is "abc"; allowed is a number above 0 and up to 2147483'],
    [['--seconds', '0'], '--seconds is "0"; allowed is a number above 0 and up to 2147483'],
    [['--seconds', ''], '--seconds is ""; allowed is a number above 0 and up to 2147483'],
    [['--seconds=-3'], '--seconds is "-3"; allowed is a number above 0 and up to 2147483'],
    [['--seconds', '1e3'], '--seconds is "1e3"; allowed is a number above 0 and up to 2147483'],
    [['--seconds', '2147484'], '--seconds is "2147484"; allowed is a number above 0 and up to 2147483'],
    [['--peer', 'nonsense'], '--peer is "nonsense"; allowed is an absolute URL such as https://peer.example'],
    [['--peer', 'ftp://host'], '--peer is "ftp://host": its scheme is ftp: and allowed are http: and https:'],
    [
      ['--peer', 'http://peer.example/'],
      '--peer is "http://peer.example": plain http is allowed on the local network only; over the internet it is https',
    ],
    [['--peer', 'http://a', '--peer', 'http://A/'], '--peer names http://a twice; allowed is once'],
    [['--bogus'], "Unknown option '--bogus'; allowed are --peer URL, --seconds N and --help"],
  ])('%j are refused with what is allowed', (args, message) => {
    expect(() => readArguments(args)).toThrow(expect.objectContaining({ message }));
  });

  it.each([[['extra']], [['--peer']], [['--seconds']], [['--seconds', '-3']], [['--help=1']]])(
    '%j are refused in one line that names what is allowed',
    (args) => {
      expect(() => readArguments(args)).toThrow(/^[^\n]+; allowed are --peer URL, --seconds N and --help$/);
    },
  );

  it('never repeat a password', () => {
    for (const url of ['http://u:secret@host', 'ftp://u:secret@host', 'http://u:secret@abc.onion']) {
      expect(() => readArguments(['--peer', url])).toThrow(/^(?!.*secret)/);
    }
  });
});
