import { expect, it } from 'vitest';
import { PageRefused, readSyncPage } from '../../../src/infonet/pull/sync-page.ts';

const HASH = 'a'.repeat(64);
const LARGEST_PAYLOAD = `[${'1,'.repeat(2046)}1]`;

function page(events: readonly string[]): Buffer {
  const head = `"ok":true,"protocol_version":"infonet/2","forked":false,"head_hash":"${HASH}","matched_hash":""`;
  return Buffer.from(`{${head},"count":${events.length},"events":[${events.join(',')}]}`);
}

it('takes a page of the most events, each with the most values that an event can hold', () => {
  const events = new Array<string>(500).fill(`{"payload":{"list":${LARGEST_PAYLOAD}}}`);
  expect(readSyncPage(page(events), 500).events).toHaveLength(500);
});

it('refuses a page that holds more values than its events can', () => {
  const events = new Array<string>(200).fill(LARGEST_PAYLOAD);
  expect(() => readSyncPage(page(events), 100)).toThrow(PageRefused);
});

it('takes a page behind a byte order mark', () => {
  expect(readSyncPage(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), page([])]), 1).events).toEqual([]);
});
