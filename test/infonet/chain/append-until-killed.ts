/** Run by the test beside it, and killed by it: fills the chain in a folder, and says how far it was told it came. */
import { openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/event-author.ts';
import { isJsonObject, type JsonValue } from '../../../src/infonet/json-value.ts';

const PAGE = 7;

const chain = await openDiskChain(process.argv[2] ?? '');
const author = createEventAuthor();
for (let sequence = 1; ; ) {
  const page: JsonValue[] = [];
  let head = chain.head();
  for (; page.length < PAGE; sequence += 1) {
    const event = author.write({
      head,
      sequence,
      timestamp: sequence,
      payload: { text: 'x'.repeat(sequence % 999) },
    });
    head = isJsonObject(event) ? String(event.get('event_id')) : '';
    page.push(event);
  }
  await chain.ingest(page);
  process.stdout.write(`${chain.count()}\n`);
}
