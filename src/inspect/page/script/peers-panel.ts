import type { PeerWhy } from '../../../explain/why.ts';
import { byId, element, setClass, setText, setTitle } from './element.ts';
import { createRows } from './keyed-rows.ts';
import type { Panel } from './panel.ts';
import { peerFacts, peerTone, peerWord } from './peer-text.ts';
import { whyAt } from './why-at.ts';

/** More would make the page slow, and nobody reads them. */
const most = 200;

interface PeerItem {
  readonly why: PeerWhy;
  readonly record: Readonly<Record<string, unknown>>;
}

interface PeerRow {
  readonly node: HTMLLIElement;
  readonly word: HTMLElement;
  readonly label: HTMLElement;
  readonly facts: HTMLElement;
}

/** The peers: whether each may be asked, when, and why not. */
export function createPeersPanel(): Panel {
  const note = byId('peers-note', HTMLElement);
  let now = 0;
  let asking = '';
  const rows = createRows<PeerItem, PeerRow>(byId('peers', HTMLElement), {
    key: ({ why, record }) => `${record['bucket']} ${why.peerUrl}`,
    create: ({ why }) => {
      const node = element('li');
      const word = element('span', 'word');
      const label = element('span', 'label');
      const facts = element('p', 'facts');
      node.append(element('span', 'url', why.peerUrl), label, word, facts);
      return { node, word, label, facts };
    },
    update: ({ node, word, label, facts }, { why, record }) => {
      setClass(node, peerTone(why, asking));
      setText(word, peerWord(why, asking, now));
      setText(label, typeof record['label'] === 'string' ? record['label'] : '');
      setText(facts, peerFacts(why, record, now));
      setTitle(facts, why.detail);
    },
  });
  return {
    show: ({ status }, at) => {
      now = at;
      asking = status.why.asking;
      const { peers } = whyAt(status.why, now);
      rows(peers.slice(0, most).map((why, index) => ({ why, record: recordOf(status.peers, why, index) })));
      const ready = peers.filter(({ rule }) => rule === 'may be asked').length;
      const more = peers.length > most ? `; the first ${most} are shown` : '';
      setText(
        note,
        peers.length === 0 ? 'No peer is known' : `${peers.length} known, ${ready} may be asked${more}`,
      );
    },
  };
}

function recordOf(
  records: readonly Readonly<Record<string, unknown>>[],
  { peerUrl }: PeerWhy,
  index: number,
): Readonly<Record<string, unknown>> {
  const beside = records[index];
  if (beside?.['peer_url'] === peerUrl) return beside;
  return records.find((record) => record['peer_url'] === peerUrl) ?? {};
}
