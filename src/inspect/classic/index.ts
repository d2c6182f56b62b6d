export { type ClassicInspectorOptions, classicInspector } from './classic-inspector.ts';
