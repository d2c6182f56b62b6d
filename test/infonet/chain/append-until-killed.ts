/** Run by the test beside it, and killed by it: fills the chain in a folder, page by page, and says how far it has come. */
import { openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import { isJsonObject, type JsonValue } from '../../../src/infonet/json/json-value.ts';

const PAGE = 7;

const chain = await openDiskChain(process.argv[2] ?? '');
const author = createEventAuthor();
const pages = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
for (let sequence = 1; sequence <= PAGE * pages; ) {
  const page: JsonValue[] = [];
  let head = chain.head();
  for (; page.length < PAGE; sequence += 1) {
    const event = author.write({
      head,
      sequence,
      timestamp: sequence,
      payload: { message: 'x'.repeat(sequence % 999) },
    });
    head = isJsonObject(event) ? String(event.get('event_id')) : '';
    page.push(event);
  }
  await chain.ingest(page);
  process.stdout.write(`${chain.count()}\n`);
}
await chain.close();
