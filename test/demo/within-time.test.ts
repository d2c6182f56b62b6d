import { describe, expect, it } from 'vitest';
import { withinTime } from '../../src/demo/within-time.ts';

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('broken by the abort')));
  });

describe('work within a time', () => {
  it('fails with the time limit when time is up', async () => {
    const { signal } = new AbortController();
    await expect(withinTime({ signal, timeoutSeconds: 0.01 }, never)).rejects.toThrow(
      'no answer within 0.01 s',
    );
  });

  it('fails with the reason of the caller when the caller gives up', async () => {
    const caller = new AbortController();
    const work = withinTime({ signal: caller.signal, timeoutSeconds: 600 }, never);
    caller.abort(new Error('stuck'));
    await expect(work).rejects.toThrow('stuck');
  });

  it('fails with its own error while there is time', async () => {
    const { signal } = new AbortController();
    const work = withinTime({ signal, timeoutSeconds: 600 }, () => Promise.reject(new Error('its own')));
    await expect(work).rejects.toThrow('its own');
  });

  it('keeps a result that came in spite of the abort', async () => {
    const { signal } = new AbortController();
    const work = withinTime({ signal, timeoutSeconds: 0.01 }, (limit) => never(limit).catch(() => 'kept'));
    expect(await work).toBe('kept');
  });
});
