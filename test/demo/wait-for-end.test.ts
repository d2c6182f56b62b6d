import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { waitForEnd } from '../../src/demo/run-demo.ts';

const world = (): { signals: EventEmitter; stdout: EventEmitter; seconds: undefined } => ({
  signals: new EventEmitter(),
  stdout: new EventEmitter(),
  seconds: undefined,
});

describe('the end', () => {
  it.each(['SIGINT', 'SIGTERM'])(
    'comes with %s, and a second one finds a listener and kills nobody',
    async (signal) => {
      const { signals, ...rest } = world();
      const end = waitForEnd({ signals, ...rest });
      expect(signals.emit(signal)).toBe(true);
      expect(signals.emit(signal)).toBe(true);
      expect(await end).toBe('Stopped');
    },
  );

  it('comes when nobody reads any more, however many writes fail', async () => {
    const { stdout, ...rest } = world();
    const end = waitForEnd({ stdout, ...rest });
    stdout.emit('error', Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
    stdout.emit('error', Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
    expect(await end).toBe('Stopped');
  });

  it('is a failure where lines cannot be written for another reason', async () => {
    const { stdout, ...rest } = world();
    const end = waitForEnd({ stdout, ...rest });
    stdout.emit('error', Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
    await expect(end).rejects.toThrow('disk full');
  });
});
