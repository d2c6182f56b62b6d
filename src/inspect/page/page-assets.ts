import { css, html, script } from 'virtual:inspector-page';

/** What the server gives for a path. */
export interface PageAsset {
  readonly type: string;
  readonly body: string;
}

/** All that the page consists of; it asks for nothing else but its feed. */
export const pageAssets: Readonly<Record<string, PageAsset>> = {
  '/': { type: 'text/html; charset=utf-8', body: html },
  '/page.css': { type: 'text/css; charset=utf-8', body: css },
  '/page.js': { type: 'text/javascript; charset=utf-8', body: script },
};
