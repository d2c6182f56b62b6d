import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { answer, say } from '../scripted-peer.ts';
import { eventTexts, page } from '../sync-answers.ts';
import { LATE, type Misbehaviour, row, said } from './misbehaviour.ts';
import { idOf, known, next } from './next-events.ts';

const [first = '', second = '', third = ''] = next;
const localHead = idOf(known.at(-1));
const level = { head_hash: `"${localHead}"` };
/** The next event, said to be of a node that has written nothing yet. */
const withNode = first.replace(/!sb_[0-9a-f]{32}/, `!sb_${'0'.repeat(32)}`);
/** The next event with a field changed. */
const forged = (field: string, value: unknown): string =>
  page([JSON.stringify({ ...JSON.parse(first), [field]: value })]);

/** Peers whose page is well formed and untrue. */
export const chains: readonly Misbehaviour[] = [
  said('null for an event', page(['null']), 'an event is no object'),
  said('text for an event', page(['"event"']), 'an event is no object'),
  said('an event without fields', page(['{}']), 'event_type of an event is undefined'),
  said(
    'an event with a __proto__ in its payload',
    page([first.replace('"payload":{', '"payload":{"__proto__":{"polluted":true},')]),
    'its payload has an unknown field',
  ),
  said(
    'a page with a __proto__',
    page([first], { ...level, __proto__x: 'null' }).replace('__proto__x', '__proto__'),
    '',
    { outcome: 'ok', kept: 1 },
  ),
  said('an event that follows itself', page([first.replaceAll(localHead, idOf(first))]), 'our head is'),
  said(
    'a page whose events follow each other in a ring',
    page([first.replaceAll(localHead, idOf(second)), second]),
    'our head is',
  ),
  said('events in reverse', page([second, first]), 'our head is'),
  said('events with a gap', page([second]), 'our head is'),
  said('one event for ever, and that it is there', page([first], level), /nothing new|^$/, {
    outcome: 'ok',
    kept: 1,
  }),
  said(
    'what we have, for ever',
    page(known.slice(0, 20)),
    "nothing new, though the peer's head 5147e644… is not ours",
  ),
  said('nothing, though it has more', page([]), "nothing new, though the peer's head 5147e644… is not ours"),
  said(
    'nothing, and stands behind us',
    page([], { head_hash: `"${idOf(known[3] ?? '')}"` }),
    'is behind ours',
  ),
  said(
    'nothing, and that it is empty',
    page([], { head_hash: `"${GENESIS_HASH}"` }),
    "the peer's head genesis is behind ours",
  ),
  said('one event twice', page([first, first, second], { head_hash: `"${idOf(second)}"` }), '', {
    outcome: 'ok',
    kept: 2,
  }),
  said(
    'a true event, then a false one',
    page([first, second, third.replace('"sequence":', '"sequence":9')]),
    'a signature that does not verify',
    { kept: 2 },
  ),
  said('an event of another network', forged('network_id', 'sb-mainnet'), 'is of network "sb-mainnet"'),
  said('an event of another protocol', forged('protocol_version', 'infonet/1'), 'is of protocol "infonet/1"'),
  said('an event with a lower sequence', forged('sequence', 1), 'has sequence 1'),
  said('an event with sequence 0', forged('sequence', 0), 'sequence of an event is 0'),
  said(
    'an event with a sequence beyond 2^53',
    page([first.replace(/"sequence":\d+/, '"sequence":9007199254740993')]),
    'sequence of an event',
  ),
  said('an event years from now', forged('timestamp', 4e9), 'an id that is not its hash'),
  said('an event before 1970', forged('timestamp', -1.5), 'an id that is not its hash'),
  said(
    'an event with a date as text',
    forged('timestamp', '2023-11-14'),
    'timestamp of an event is "2023-11-14"',
  ),
  said(
    'an event with its time spelled otherwise',
    page([first.replace(/("timestamp":[\d.]+)/, '$10')]),
    'as Python spells it',
  ),
  said('an event of another node', page([withNode]), 'a node id that is not of its public key'),
  said('an event without a signature', forged('signature', ''), 'signature of an event is ""'),
  said(
    'an event with the signature of another',
    forged('signature', JSON.parse(second).signature),
    'a signature that does not verify',
  ),
  said(
    'an event with a signature of a megabit',
    forged('signature', 'ab'.repeat(60_000)),
    'a signature that does not verify',
  ),
  said('an event with a key of one byte', forged('public_key', 'AA=='), 'no key of Ed25519'),
  said(
    'an event with the key of another algorithm',
    forged('public_key_algo', 'ECDSA_P256'),
    'no key of P-256',
  ),
  said(
    'an event with an unknown algorithm',
    forged('public_key_algo', 'none'),
    'public_key_algo of an event is "none"',
  ),
  said(
    'an event with a payload of 20,000 keys',
    forged('payload', Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 0]))),
    'bytes; allowed is at most 4096',
  ),
  said(
    'that we forked, and sends its chain',
    page(eventTexts.slice(0, 20), { forked: 'true' }),
    'the peer is on another chain',
    { outcome: 'fork' },
  ),
  said(
    'that we forked, with garbage',
    page(['null', '7'], { forked: 'true', matched_hash: '""' }),
    'the peer is on another chain',
    { outcome: 'fork' },
  ),
  row(
    'says we forked once we took a page',
    (socket, { index }) =>
      socket.write(answer(index === 0 ? page(next.slice(0, 20)) : page([], { forked: 'true' })), 'latin1'),
    'the peer is on another chain',
    { outcome: 'fork', kept: 20 },
  ),
  row(
    'fails once we took a page',
    (socket, { index }) =>
      socket.write(
        answer(page(next.slice(0, 20)), index === 0 ? {} : { status: '500 x', headers: ['retry-after: 40'] }),
        'latin1',
      ),
    'HTTP 500',
    { kept: 20, retryAfter: 40 },
  ),
  row(
    'falls silent once we took a page',
    (socket, { index }) => index === 0 && socket.write(answer(page(next.slice(0, 20))), 'latin1'),
    LATE,
    { kept: 20 },
  ),
  row(
    'has full pages for ever',
    (socket, { index }) => socket.write(answer(page(next.slice(index * 20, index * 20 + 20))), 'latin1'),
    '',
    { outcome: 'ok', kept: 60 },
  ),
  row(
    'has a clock that is years off',
    say(answer(page([], level), { headers: ['date: Thu, 01 Jan 1970 00:00:00 GMT'] })),
    '',
    { outcome: 'ok' },
  ),
];
