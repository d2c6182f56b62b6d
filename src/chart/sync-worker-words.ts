import { defaultPolicy } from '../policy/sync-policy.ts';
import type { ChartWords } from './chart-words.ts';

/** How the picture of the sync worker puts the names of its machine. */
export const syncWorkerWords: ChartWords = {
  frame: {
    title: 'waiting',
    description:
      'No run is under way. What stands here, and the arrow from this frame, holds for every state in it:',
  },
  start: 'start',
  choice: 'restored: go on in the state it was left in',
  nothing: 'wait on',
  events: {
    'sync.requested': 'sync.requested',
    'peers.changed': 'peers.changed',
    'peer.seen': 'peer.seen',
    'peer.reset': 'peer.reset',
    'policy.changed': 'policy.changed',
  },
  delays: {
    untilDue: 'due timer',
    untilStuck: 'stuck timer',
  },
  actors: {
    attempt: { done: 'attempt ended', error: 'attempt threw' },
  },
  guards: {
    lastOutcomeWas: 'last outcome was',
    isTimeToRun: 'due, a peer may be asked',
    hasNoPeer: 'due, nobody to ask',
    isStuck: `stuck for ${defaultPolicy.stuckAfterSeconds} s`,
    isGood: 'good',
    isFork: 'a fork',
    canFailOver: 'another peer is left',
    isWellFormed: 'well formed',
  },
  actions: {
    beginRun: { does: 'begin a run' },
    failOver: { does: 'mark peer, ask the next' },
    endRun: { does: 'mark peer, set due time' },
    abandonRun: { does: 'mark stuck peer' },
    goSolo: { does: 'due in one interval' },
    countLook: { does: 'look again' },
    rememberRequest: { does: 'remember the request' },
    takePeers: { does: 'take the new list' },
    forgetBackoff: { does: "end the peer's backoff, never its Retry-After" },
    forgive: { does: "forget the peer's failures; its Retry-After only by force" },
    takePolicy: { does: 'take the new policy' },
    emitRunStarted: { tells: 'run.started' },
    emitAttemptStarted: { tells: 'attempt.started' },
    emitAttemptFinished: { tells: 'attempt.finished' },
    emitRunStuck: { tells: 'run.stuck' },
    emitRunFinished: { tells: 'run.finished' },
    emitPeersChanged: { tells: 'peers.changed' },
    emitPolicyChanged: { tells: 'policy.changed' },
    emitRefusal: { tells: 'event.refused' },
  },
  tones: { idle: 'calm', running: 'busy', ok: 'good', error: 'bad', fork: 'odd', solo: 'alone' },
};
