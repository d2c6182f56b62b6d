import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpAnswer, sendAnswer } from '../../http/http-answer.ts';
import { relayPage } from './relay-page.ts';

/** Answers with the relay page, and with nothing else. */
export function relayRequest(
  page: URL,
  workers: () => readonly string[],
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => sendAnswer(request, response, answerTo(request, page, workers));
}

function answerTo(request: IncomingMessage, page: URL, workers: () => readonly string[]): HttpAnswer {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== '/stately' && pathname !== '/stately/') {
    return text(404, 'There is nothing here; the page is at /stately');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return text(405, 'This page can only be looked at', { allow: 'GET, HEAD' });
  }
  const { html, policy } = relayPage({ page, workers: workers(), host: request.headers.host ?? '' });
  const headers = {
    'content-security-policy': policy,
    // A window that the page opens must be able to answer it.
    'cross-origin-opener-policy': 'unsafe-none',
  };
  return { status: 200, type: 'text/html; charset=utf-8', body: html, headers };
}

function text(status: number, body: string, headers?: HttpAnswer['headers']): HttpAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n`, headers };
}
