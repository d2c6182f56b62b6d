declare module 'undici/lib/dispatcher/dispatcher.js' {
  export { Dispatcher as default } from 'undici';
}

declare module 'undici/lib/dispatcher/retry-agent.js' {
  export { RetryAgent as default } from 'undici';
}
