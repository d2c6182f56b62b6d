import { render, type VNode } from 'preact';
import { fromNow } from '../../../explain/time-text.ts';
import { writeRecording } from '../../recording/recording.ts';
import { createAlerts } from './alerts.ts';
import { ChartPanel } from './chart-panel.tsx';
import { FaultsPanel } from './faults-panel.tsx';
import { type Connection, openFeed } from './feed.ts';
import { FieldsPanel } from './fields-panel.tsx';
import { GatesPanel, ProcessesPanel } from './fleet-panels.tsx';
import { LogPanel } from './log-panel.tsx';
import { Model, type Moment } from './model.ts';
import { NowPanel, stateWord } from './now-panel.tsx';
import { OverviewPanel } from './overview-panel.tsx';
import { PeersPanel } from './peers-panel.tsx';
import { RunsPanel } from './runs-panel.tsx';
import { SequencePanel } from './sequence-panel.tsx';
import { createServerTime } from './server-time.ts';
import { showTab } from './tab.ts';
import { utcText } from './time-text.ts';
import { toneOf } from './tones.ts';

/** Milliseconds between two draws, short enough that a countdown skips no second. */
const TICK_MS = 250;
const SEARCH_MS = 250;

/** Watches and shows the worker that the address names. */
function openPage(): void {
  const time = createServerTime();
  const model = new Model();
  const alerts = createAlerts();
  let connection: Connection = { kind: 'connecting' };
  let isDue = false;

  const draw = (): void => {
    isDue = false;
    const { view } = model;
    const moment = model.moment(time.now());
    const isReplay = view?.source === 'replay';
    const isLost = connection.kind === 'lost' && !isReplay;
    showTab({ moment, worker: view?.worker ?? '', overview: model.overview, connection, isReplay });
    if (view !== undefined && !isReplay) {
      alerts.see(isLost ? 'lost' : (model.moment(time.now())?.condition ?? ''), view.worker);
    }
    if (document.hidden) return;
    document.body.className = isLost || moment === undefined ? 'calm' : toneOf(moment.condition);
    document.body.toggleAttribute('data-stale', isLost);
    const root = document.getElementById('page');
    if (root !== null) render(<App moment={moment} />, root);
  };
  /** Draws at most once per frame. A hidden tab has no frames, but its title must be right. */
  const drawSoon = (): void => {
    if (document.hidden) draw();
    else if (!isDue) {
      isDue = true;
      requestAnimationFrame(draw);
    }
  };

  const address = new URLSearchParams(location.hash.slice(1));
  const feed = openFeed(address.get('worker') ?? '', {
    connection: (next) => {
      connection = next;
      if (next.kind === 'lost') time.halt();
      drawSoon();
    },
    view: (view) => {
      model.take(view);
      time.set(view.at);
      drawSoon();
    },
  });
  let search = '';
  let searching: ReturnType<typeof setTimeout> | undefined;
  const chooseWorker = (worker: string): void => {
    history.replaceState(null, '', `#${new URLSearchParams({ worker })}`);
    feed.watch(worker, search);
  };
  /** Shows a fleet's worker by its id, shortly after the last keystroke. */
  const findWorker = (id: string): void => {
    clearTimeout(searching);
    searching = setTimeout(() => chooseWorker(id), SEARCH_MS);
  };
  const searchWorkers = (text: string): void => {
    search = text;
    clearTimeout(searching);
    searching = setTimeout(() => feed.watch(model.view?.worker ?? '', search), SEARCH_MS);
  };
  const choose = (number: number | undefined): void => {
    model.cursor = number;
    drawSoon();
  };
  const step = (by: number): void => {
    model.step(by);
    drawSoon();
  };
  const save = (): void => {
    const { recording } = model;
    if (recording === undefined) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([writeRecording(recording)], { type: 'application/x-ndjson' }));
    link.download = `${recording.start.worker.replace(/[^\w.-]+/g, '-')}.ndjson`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  function Alert({ kind, label }: { kind: 'notify' | 'sound'; label: string }): VNode {
    const change = async (isOn: boolean): Promise<void> => {
      alerts[kind] = isOn;
      if (isOn && kind === 'notify') await Notification.requestPermission();
    };
    return (
      <label>
        <input type="checkbox" onChange={({ currentTarget }) => change(currentTarget.checked)} /> {label}
      </label>
    );
  }

  function Timeline({ moment }: { moment: Moment }): VNode {
    const { lines, cursor, view } = model;
    const line = model.line(cursor) ?? lines.at(-1);
    const isReplay = view?.source === 'replay';
    const keys = (event: KeyboardEvent): void => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      step(by);
    };
    return (
      <div
        id="timeline"
        class={moment.isPast ? 'past' : ''}
        role="toolbar"
        aria-label="Time travel"
        onKeyDown={keys}
      >
        <button
          type="button"
          id="back"
          title="Or use the arrow keys, here and in the list of events"
          onClick={() => step(-1)}
        >
          ◀ Step back
        </button>
        <button type="button" id="forward" disabled={cursor === undefined} onClick={() => step(1)}>
          Step forward ▶
        </button>
        <button type="button" id="live" aria-pressed={cursor === undefined} onClick={() => choose(undefined)}>
          {isReplay ? 'The end' : 'Live'}
        </button>
        <span id="standing" role="status">
          {moment.isPast
            ? `${isReplay ? 'Replay' : 'The past'}: event ${line?.number ?? 0} of ${lines.at(-1)?.number ?? 0}, ${utcText(moment.at)}${isReplay ? '' : `, ${fromNow(moment.at, time.now())}`}`
            : ''}
        </span>
      </div>
    );
  }

  function App({ moment }: { moment: Moment | undefined }): VNode {
    const { view, overview, lines, cursor, chart, dropped } = model;
    const isLost = connection.kind === 'lost';
    const isReplay = view?.source === 'replay';
    const fleet = overview?.fleet;
    const isFleet = fleet !== undefined;
    const words = {
      connecting: 'connecting…',
      live: isReplay ? 'replay' : 'live',
      lost: isReplay ? 'replay ended' : 'no live feed',
    };
    return (
      <>
        <div id="top" ref={measureTop}>
          <header>
            <h1>
              {isFleet ? 'fleet' : 'sync worker'}{' '}
              <span id="worker-name">
                {[fleet?.name, view?.worker === 'worker' ? '' : view?.worker].filter(Boolean).join(' · ')}
              </span>
            </h1>
            <p id="clock">{view === undefined ? '' : utcText(moment?.isPast ? moment.at : time.now())}</p>
            {moment !== undefined && !isFleet && <Timeline moment={moment} />}
            {!isReplay && (
              <fieldset class="alerts">
                <legend class="unseen">On trouble</legend>
                <Alert kind="notify" label="Notify me" />
                <Alert kind="sound" label="Sound" />
              </fieldset>
            )}
            <p id="connection" role="status" class={isReplay ? 'replay' : connection.kind}>
              {words[connection.kind]}
            </p>
          </header>
          {moment !== undefined && view !== undefined && (
            <NowPanel
              moment={moment}
              view={view}
              connection={isReplay ? { kind: 'live' } : connection}
              elapsed={performance.now()}
            />
          )}
        </div>
        {view !== undefined && (moment !== undefined || isFleet) && (
          <main>
            {overview !== null && (overview.total > 1 || isFleet) && (
              <OverviewPanel
                overview={overview}
                worker={view.worker}
                now={time.now()}
                isLost={isLost}
                choose={isFleet ? findWorker : chooseWorker}
                search={searchWorkers}
                remarks={moment === undefined ? view.remarks : []}
              />
            )}
            {isFleet && <GatesPanel fleet={fleet} now={time.now()} />}
            {isFleet && <ProcessesPanel fleet={fleet} now={time.now()} />}
            {moment !== undefined && (
              <ChartPanel
                moment={moment}
                chart={chart}
                noStep={isFleet ? 'As recorded in the store' : 'No step seen yet'}
              />
            )}
            {moment !== undefined && (
              <div id="details">
                {!isFleet && (
                  <>
                    <LogPanel
                      lines={lines}
                      cursor={cursor}
                      dropped={dropped}
                      chart={chart}
                      peers={moment.context.peers.slice(0, 100).map(({ peerUrl }) => peerUrl)}
                      choose={choose}
                      save={save}
                    />
                    <RunsPanel runs={moment.runs} at={moment.at} />
                  </>
                )}
                <PeersPanel moment={moment} />
                {view.mayControl && view.faults.length > 0 && <FaultsPanel view={view} />}
                {!isFleet && (
                  <SequencePanel
                    lines={moment.isPast ? lines.filter(({ at }) => at <= moment.at) : lines}
                    choose={choose}
                  />
                )}
                <FieldsPanel moment={moment} view={view} />
              </div>
            )}
            <p id="announcement" class="unseen" role="status">
              {announce(
                isLost && !isReplay
                  ? 'no live feed'
                  : moment === undefined
                    ? ''
                    : `${view.worker} is ${stateWord(moment)}`,
              )}
            </p>
          </main>
        )}
      </>
    );
  }

  let announced = { text: '', at: Number.NEGATIVE_INFINITY };
  /** Announces a state to screen readers at most once a second, so short-lived states are skipped. */
  function announce(text: string): string {
    const at = performance.now();
    if (text !== announced.text && at - announced.at >= 1000) announced = { text, at };
    return announced.text;
  }

  const observer = new ResizeObserver(([entry]) => {
    const height = entry?.target.getBoundingClientRect().height ?? 0;
    document.documentElement.style.setProperty('--top', `${Math.round(height)}px`);
  });
  /** The sticky part at the top reduces the height of the chart. */
  function measureTop(top: Element | null): void {
    observer.disconnect();
    if (top !== null) observer.observe(top);
  }

  document.addEventListener('visibilitychange', drawSoon);
  setInterval(drawSoon, TICK_MS);
}

openPage();
