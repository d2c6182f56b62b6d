import type { UserConfig } from 'vite';
import { bundlePage } from '../../../src/build/bundle-page.ts';

/** A fleet can serve the inspector's page, though here it does not. */
const config: UserConfig = { plugins: [bundlePage()] };

export default config;
