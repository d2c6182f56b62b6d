import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendAnswer } from '../../http/http-answer.ts';
import { classicUrl } from './classic-url.ts';

/** There is no page of ours; whoever opens the path is told which one to open. */
export function classicAnswer(page: URL): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const url = classicUrl(page, `http://${request.headers.host ?? ''}`);
    sendAnswer(request, response, {
      status: 426,
      type: 'text/plain; charset=utf-8',
      body: `This is the WebSocket of the classic Stately visualizer. To look, open\n${url}\nThat page sees what the workers tell.\n`,
      headers: { upgrade: 'websocket' },
    });
  };
}
