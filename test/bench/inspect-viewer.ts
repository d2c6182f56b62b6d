import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { startTask } from './in-child.ts';

/** `inspect-viewer URL`: reads all it is sent, as a page does, in a process of its own; says so when it is sent something. */
export async function runViewer(url: string): Promise<void> {
  let seen = 0;
  const note = (): void => {
    if (seen === 0) console.log('watching');
    seen += 1;
  };
  if (url.startsWith('ws:')) {
    const socket = new WebSocket(url, { origin: new URL(url.replace('ws:', 'http:')).origin });
    socket.on('open', () => socket.send('{"type":"xstate.inspecting"}'));
    socket.on('message', (data) => {
      JSON.parse(data.toString());
      note();
    });
    return;
  }
  const [response] = await once(get(url), 'response');
  for await (const line of createInterface({ input: response })) {
    if (!line.startsWith('data: ')) continue;
    JSON.parse(line.slice('data: '.length));
    note();
  }
}

/** Begins to watch, and goes on until its process is ended. */
export async function startViewer(url: string): Promise<ChildProcess> {
  const [viewer] = await startTask('inspect-viewer', url);
  return viewer;
}
