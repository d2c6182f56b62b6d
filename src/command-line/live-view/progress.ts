import type { Host } from '../host.ts';
import { canShowLiveView } from './live-view.ts';
import { bar, createPaint, hasColour, type Tone } from './paint.ts';
import { openScreen } from './screen.ts';

/** Shows the completed share, 0 to 1, followed by a text. */
export type ShowProgress = (done: number, text: string) => void;

/** Runs something that takes long, with a progress bar on standard error if that is a terminal. */
export async function withProgress<T>(
  { stderr, env }: Pick<Host, 'stderr' | 'env'>,
  tone: Tone,
  work: (show: ShowProgress) => Promise<T>,
): Promise<T> {
  if (!canShowLiveView(stderr, env)) return work(() => undefined);
  const screen = openScreen(stderr);
  const paint = createPaint(hasColour(stderr, env));
  try {
    return await work((done, text) => {
      const line = `${String(Math.floor(100 * done)).padStart(3)} %  ${text}`;
      screen.draw(({ columns }) => `${bar(done, columns - line.length - 2, tone, paint)} ${line}`);
    });
  } finally {
    screen.close();
  }
}
