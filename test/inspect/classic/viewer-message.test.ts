import { expect, test } from 'vitest';
import { readViewerMessage } from '../../../src/inspect/classic/viewer-message.ts';
import { fc } from '../../support/property.ts';

test('only the two well-formed messages pass, whatever a viewer says', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('xstate.inspecting', 'xstate.event', 'disconnect'),
  );
  const message = fc.record(
    { type: text, event: fc.oneof(text, fc.jsonValue()), sessionId: fc.jsonValue() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        message.map((value) => JSON.stringify(value)),
      ),
      (said) => {
        const read = readViewerMessage(said);
        if (read?.type === 'xstate.event') {
          expect([typeof read.sessionId, typeof read.event.type]).toEqual(['string', 'string']);
        } else if (read !== undefined) {
          expect(read).toEqual({ type: 'xstate.inspecting' });
        }
      },
    ),
  );
});

test('an event is read as the visualizer sends it', () => {
  const scxml = { name: 'sync.requested', data: { type: 'sync.requested', force: true }, origin: 'lyra' };
  const said = { type: 'xstate.event', event: JSON.stringify(scxml), sessionId: 'lyra' };
  expect(readViewerMessage(JSON.stringify(said))).toEqual({
    type: 'xstate.event',
    sessionId: 'lyra',
    event: { type: 'sync.requested', force: true },
  });
});
