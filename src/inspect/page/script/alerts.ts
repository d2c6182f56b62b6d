/** Conditions that alert a viewer even if the page is hidden: an error, a stuck run, a fork, a lost feed. */
const ALARMING = /^(error|stuck|fork|lost)$/;

/** Alerts once each time trouble starts. Off by default. */
export interface Alerts {
  notify: boolean;
  sound: boolean;
  /** Takes the current condition of a worker. */
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
      const words = condition === 'lost' ? 'the live feed is lost' : condition;
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
