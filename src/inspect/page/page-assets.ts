import { css, html, script } from 'virtual:inspector-page';

/** A file that the server serves. */
export interface PageAsset {
  readonly type: string;
  readonly body: string;
}

/** All files of the page, which requests nothing else but its feed. */
export const pageAssets: Readonly<Record<string, PageAsset>> = {
  '/': { type: 'text/html; charset=utf-8', body: html },
  '/page.css': { type: 'text/css; charset=utf-8', body: css },
  '/page.js': { type: 'text/javascript; charset=utf-8', body: script },
};
