/** What a viewer may be told of, though the page is out of sight: an error, a stuck run, a fork, a feed that is silent. */
const ALARMING = /^(error|stuck|fork|lost)$/;

/** Tells of trouble, once each time it begins; off unless switched on. */
export interface Alerts {
  notify: boolean;
  sound: boolean;
  /** The condition now, of this worker. */
  see(condition: string, worker: string): void;
}

export function createAlerts(): Alerts {
  let known = '';
  const alerts: Alerts = {
    notify: false,
    sound: false,
    see: (condition, worker) => {
      const now = `${condition} ${worker}`;
      if (now === known) return;
      known = now;
      if (!ALARMING.test(condition)) return;
      if (alerts.sound) beep();
      if (!alerts.notify || Notification.permission !== 'granted') return;
      const words = condition === 'lost' ? 'no live feed any more' : condition;
      new Notification(`${worker}: ${words}`, { tag: `infonet-sync-worker ${worker}` });
    },
  };
  return alerts;
}

function beep(): void {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  gain.gain.value = 0.2;
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.3);
  tone.addEventListener('ended', () => void audio.close());
}
