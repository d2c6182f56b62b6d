import { page } from '../sync-answers.ts';
import { type Misbehaviour, said } from './misbehaviour.ts';
import { idOf, next } from './next-events.ts';

const [first = ''] = next;

/** Peers whose body is no page. */
export const texts: readonly Misbehaviour[] = [
  said('nothing', '', 'breaks off'),
  said('HTML', '<!doctype html><title>Hotel</title>', 'wrong at character 0'),
  said('null', 'null', 'no JSON object'),
  said('an array', '[]', 'no JSON object'),
  said('a string', '"ok"', 'no JSON object'),
  said('{}', '{}', 'protocol_version of the answer is undefined'),
  said('half a page', page([first]).slice(0, -30), 'breaks off'),
  said('a page and more', `${page([first])}{}`, 'wrong at character'),
  said('arrays 100,000 deep', '['.repeat(100_000), 'nested more than 1000 deep'),
  said('objects 40,000 deep', '{"a":'.repeat(40_000), 'nested more than 1000 deep'),
  said('bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'no UTF-8'),
  said('UTF-16', Buffer.from(page([first]), 'utf16le'), /wrong|UTF-8/),
  said('a byte order mark first', `\ufeff${page([first], { head_hash: `"${idOf(first)}"` })}`, '', {
    outcome: 'ok',
    kept: 1,
  }),
  said('two byte order marks', `\ufeff\ufeff${page([first])}`, 'wrong at character 0'),
  said('NaN', page([], { count: 'NaN' }), 'wrong at'),
  said('a number beyond a double', page([], { count: '1e999' }), 'beyond a double'),
  said('half a surrogate pair', page([], { detail: '"\\ud83d"' }), 'surrogate'),
  said('a key twice', page([]).replace('{', '{"forked":true,'), 'same key twice'),
  said('too many values', page([`[${'0,'.repeat(120_000)}0]`]), /no event|no object/),
  said('a control character in a string', page([], { detail: '"\u0001"' }), 'wrong at'),
  said(
    'infonet/3',
    page([], { protocol_version: '"infonet/3"' }),
    `protocol_version of the answer is "infonet/3"`,
  ),
  said(
    'no protocol',
    page([], { protocol_version: undefined }),
    'protocol_version of the answer is undefined',
  ),
  said('forked as text', page([], { forked: '"false"' }), 'forked of the answer is "false"'),
  said('forked as null', page([], { forked: 'null' }), 'forked of the answer is null'),
  said('no head', page([], { head_hash: undefined }), 'head_hash of the answer is undefined'),
  said('a short head', page([], { head_hash: '"5147"' }), 'head_hash of the answer is "5147"'),
  said('a head in capitals', page([], { head_hash: `"${'A'.repeat(64)}"` }), 'head_hash of the answer'),
  said('a number for the match', page([], { matched_hash: '7' }), 'matched_hash of the answer is 7'),
  said('events as an object', page([], { events: '{}' }), 'events of the answer is an object'),
  said('no events', page([], { events: undefined }), 'events of the answer is undefined'),
  said('more events than asked for', page(next.slice(0, 21)), 'events of the answer is an array of 21'),
  said(
    '100,000 tiny events',
    page(Array.from({ length: 100_000 }, () => '0')),
    'an array of 100000; allowed is at most the 20',
  ),
  said('another count', page([first], { count: '2' }), 'count of the answer is 2; allowed is 1'),
  said('a count with a point', page([first], { count: '1.0' }), 'count of the answer is 1.0'),
  said(
    'that it refuses',
    '{"ok":false,"detail":"locator must be a list"}',
    'the peer refused: locator must be a list',
  ),
  said(
    'that it refuses, at length',
    JSON.stringify({ ok: false, detail: 'x\n'.repeat(9999) }),
    /the peer refused: [x ]{160}…$/,
  ),
  said('that it refuses, with an object', '{"ok":false,"detail":{"a":1}}', /the peer refused$/),
];
