import type { SyncWorkerNotification } from '../worker/notifications.ts';
import type { Scene } from './scenes.ts';

/** Plays scenes one after the other, round after round, each until the worker did what the scene waits for. */
export interface ScenePlayer {
  /** Arranges the first scene. */
  start(): void;
  /** To be called with each event of the worker. */
  onEvent(event: SyncWorkerNotification): void;
  /** Goes on with the present scene from its beginning, or stands still. */
  play(playing: boolean): void;
  isPlaying(): boolean;
  /** How many rounds are over. */
  rounds(): number;
}

export function createScenePlayer(
  scenes: readonly Scene[],
  arrange: (scene: Scene) => void,
  note: (text: string) => void,
): ScenePlayer {
  let place = 0;
  let rounds = 0;
  let timesSeen = 0;
  let playing = true;
  const begin = (): void => {
    const scene = scenes[place];
    if (scene === undefined) return;
    timesSeen = 0;
    note(scene.caption);
    arrange(scene);
  };
  return {
    start: begin,
    onEvent: (event) => {
      const scene = scenes[place];
      if (!playing || scene === undefined || beatOf(event) !== scene.until) return;
      timesSeen += 1;
      if (timesSeen < (scene.times ?? 1)) return;
      place += 1;
      if (place === scenes.length) {
        place = 0;
        rounds += 1;
        note('that was all of it; once more from the start');
      }
      begin();
    },
    play: (wanted) => {
      if (wanted === playing) return;
      playing = wanted;
      note(wanted ? 'the tour goes on' : 'somebody takes over: the tour stands still');
      if (wanted) begin();
    },
    isPlaying: () => playing,
    rounds: () => rounds,
  };
}

function beatOf(event: SyncWorkerNotification): string {
  if (event.type === 'run.finished') return event.state.lastOutcome;
  return event.type === 'run.stuck' ? 'stuck' : '';
}
