/** Arbitraries for all inputs of a world. Their values are plain data: they print readably and can be pasted into a test. */
export { default as fc } from 'fast-check';
export { type CheckOptions, checkProperty } from './check-property.ts';
export { happening, happenings, peerRecords } from './happenings.ts';
export { peerAnswer, peerScripts } from './peer-scripts.ts';
export { policies } from './policies.ts';
export { storageFaults } from './storage-faults.ts';
