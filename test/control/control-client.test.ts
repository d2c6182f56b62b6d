import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Control } from '../../src/control/control.ts';
import { connectControl } from '../../src/control/control-client.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { controlled } from './controlled-worker.ts';

describe('what answers behind the socket', () => {
  async function impostor(status: number, body: string): Promise<Control> {
    const { path: folder } = await tempFolder();
    const server = createServer((_, response) => response.writeHead(status).end(body));
    server.listen(join(folder, 'control.sock'));
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const control = await connectControl(folder);
    if (control === undefined) throw new Error('nobody listens');
    return control;
  }

  test.each([
    ['no JSON', '<html>'],
    ['no status', '{}'],
    ['a state of another type', '{"state":{"last_outcome":"asleep"},"peers":[],"chain":null,"why":{}}'],
    ['peers that are none', '{"state":{},"peers":[{}],"chain":null,"why":{}}'],
    ['a chain that is none', '{"state":{},"peers":[],"chain":{"head":7},"why":{}}'],
    ['no why', '{"state":{},"peers":[],"chain":null,"why":{"at":1}}'],
  ])('is not believed where it is %s', async (_, body) => {
    const control = await impostor(200, body);
    await expect(control.status()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('an answer that this client does not understand'),
    });
  });

  test('may fail, and its own words are passed on', async () => {
    const control = await impostor(500, '{"error":"the chain is closed"}');
    await expect(control.status()).rejects.toMatchObject({ code: 'failed', message: 'the chain is closed' });
    const mute = await impostor(502, '');
    await expect(mute.why()).rejects.toMatchObject({ code: 'failed' });
  });

  test('may be gone before it is asked', async () => {
    const { control, server } = await controlled();
    await server.close();
    await expect(control.why()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('The worker gave no answer'),
    });
  });
});
