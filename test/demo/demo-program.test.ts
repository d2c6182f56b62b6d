import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCommandLine } from '../command-line/built-program.ts';
import { servingPeer } from '../command-line/test-peers.ts';

let program = '';

beforeAll(async () => {
  program = await buildCommandLine();
});

interface Ended {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs the built program; `onLine` may act on the running process at each line. */
async function run(
  args: readonly string[],
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [program, 'demo', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    onLine(line, (signal) => child.kill(signal));
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { status, lines, errors };
}

describe('the built demo', () => {
  it('says first what it is and how to stop it, and ends by itself with a summary and status 0', async () => {
    const { status, lines, errors } = await run(['--seconds', '4']);
    expect(errors).toBe('');
    expect(status).toBe(0);
    expect(lines[0]).toBe(
      'infonet-sync-worker at work: the real statechart over real HTTP. Ctrl-C stops it.',
    );
    expect(lines.join('\n')).not.toContain('\u001b');
    expect(lines.at(-1)).toMatch(/^Ended after .* · states seen: idle .*· attempts: \d+$/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops on %s with a summary and status 0', async (signal) => {
    const { status, lines, errors } = await run([], (line, kill) => {
      if (line.startsWith('── alpha and beta')) kill(signal);
    });
    expect(errors).toBe('');
    expect(status).toBe(0);
    expect(lines.at(-1)).toMatch(/^Stopped after /);
  });

  it('pulls from a peer it is given, by the default policy', async () => {
    const peer = await servingPeer(7);
    const { status, lines, errors } = await run(['--peer', peer.url], (line, kill) => {
      if (/ {2}(ok|error) {2}/.test(line)) kill('SIGINT');
    });
    expect(errors).toBe('');
    expect(status).toBe(0);
    expect(lines[1]).toBe(
      '  policy  a run every 5 min, after failures 60 s doubling to 30 min, stuck after 5 min',
    );
    expect(lines.join('\n')).toMatch(
      / {2}ok {7}7 events · run ended: ok; the next is due in .*, set by the usual interval/,
    );
  });

  it('asks a clearnet peer it is given, since the operator named it', async () => {
    // An address that counts as clearnet and does not leave this machine; nobody listens there.
    const { status, lines } = await run(['--peer', 'https://0.0.0.0:1'], (line, kill) => {
      if (/ {2}(error|solo) {2}/.test(line)) kill('SIGINT');
    });
    expect(status).toBe(0);
    expect(lines.join('\n')).toMatch(/ {2}running {2}https:\S+ failed: connect ECONNREFUSED/);
  });

  it('ends when nobody reads its lines any more', async () => {
    const child = spawn(process.execPath, [program, 'demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect([status, errors]).toEqual([0, '']);
  });

  it('shows itself on a page that is served as long as it runs', async () => {
    let page = '';
    const { status, errors } = await run(['--inspect', '0'], (line, kill) => {
      const [, url] = / watch it at (\S+)$/.exec(line) ?? [];
      if (url === undefined) return;
      void fetch(url).then(async (answer) => {
        page = await answer.text();
        kill('SIGINT');
      });
    });
    expect([status, errors]).toEqual([0, '']);
    expect(page).toContain('data-state="running.attempting"');
  });

  it.each([
    [['--seconds', 'abc'], '--seconds is "abc"; allowed is a number above 0 and up to 2147483'],
    [['--peer', 'ftp://host'], '--peer is "ftp://host"; allowed is a URL with http: or https:'],
  ])('answers %j with one line and status 2', async (args, line) => {
    const { status, lines, errors } = await run(args);
    expect([status, lines]).toEqual([2, []]);
    expect(errors).toBe(`error: ${line}\n`);
  });
});
