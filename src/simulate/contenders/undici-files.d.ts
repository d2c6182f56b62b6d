declare module 'undici/lib/dispatcher/dispatcher.js' {
  import { Dispatcher } from 'undici';
  export = Dispatcher;
}

declare module 'undici/lib/dispatcher/retry-agent.js' {
  import { RetryAgent } from 'undici';
  export = RetryAgent;
}
