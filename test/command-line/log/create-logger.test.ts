import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/command-line/log/create-logger.ts';
import { logLevels } from '../../../src/command-line/settings/settings.ts';
import { fc } from '../../support/property.ts';
import { captureLog } from './captured-log.ts';

describe('JSON lines', () => {
  test('hold the level by name, the time in ISO 8601, the fields and the message, and no name of the machine', () => {
    const { logger, lines } = captureLog();
    logger.info({ event: 'run.finished', next_run_seconds: 300 }, 'run ended');
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        event: 'run.finished',
        next_run_seconds: 300,
        msg: 'run ended',
      },
    ]);
  });

  test('are as many as there were calls, whatever the texts hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const { logger, lines } = captureLog();
        for (const text of texts) logger.warn({ error: text, [text]: text }, text);
        expect(lines()).toHaveLength(texts.length);
      }),
    );
  });

  test('hold no credentials, in the message, in fields, in errors and their causes, or in the names of fields', () => {
    const { logger, text, lines } = captureLog();
    const url = 'https://user:S3CRET@peer.example/';
    const error = new Error(`no ${url}`, { cause: new Error(`none\nof ${url}`) });
    logger.error({ peer: url, err: error, list: [{ [url]: url }] }, `asked ${url}`);
    logger.child({ at: url }).warn(error);
    expect(lines()).toHaveLength(2);
    expect(text()).toContain('https://***@peer.example/');
    expect(text()).not.toContain('S3CRET');
  });
});

describe('lines for people', () => {
  test('tell the same on one line each, and colour only where it is asked for', () => {
    const plain = captureLog({ format: 'pretty' });
    plain.logger.warn({ peer: 'http://a.example' }, 'it failed');
    expect(plain.text()).toMatch(
      /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] WARN: it failed \{"peer":"http:\/\/a.example"\}\n$/,
    );
    const coloured = captureLog({ format: 'pretty', colour: true });
    coloured.logger.warn('it failed');
    expect(coloured.text()).toContain('\u001b[');
  });

  test('are one line each and nothing a terminal obeys, whatever the texts hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { logger, text: written } = captureLog({ format: 'pretty' });
        logger.warn({ error: text, nested: { [text]: [text] } }, text);
        expect(written()).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*\n$/u);
      }),
    );
  });

  test('hold no credentials', () => {
    const { logger, text } = captureLog({ format: 'pretty' });
    logger.error({ peer: 'http://u:S3CRET@h/' }, 'asked http://u:S3CRET@h/');
    expect(text()).toMatch(/asked http:\/\/\*\*\*@h\//);
    expect(text()).not.toContain('S3CRET');
  });
});

test.each(logLevels)('from the level %s on, lines are written', (level) => {
  const { logger, lines } = captureLog({ level });
  for (const one of ['debug', 'info', 'warn', 'error'] as const) logger[one]('a line');
  expect(lines().map((line) => line['level'])).toEqual(
    logLevels.slice(logLevels.indexOf(level)).filter((one) => one !== 'silent'),
  );
});

test('a reader that goes away ends the lines and harms nobody', async () => {
  // Closes the pipe it is written to, says so, and stays until it is let go.
  const reader = spawn('sh', ['-c', 'exec 0<&-; echo closed; read _ <&3'], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  if (reader.stdin === null || reader.stdout === null) throw new Error('the reader has no pipes');
  const logger = createLogger({ stream: reader.stdin });
  const failed = once(reader.stdin, 'error');
  await once(reader.stdout, 'data');
  logger.info('one that nobody reads');
  const [error] = await failed;
  expect(error.code).toBe('EPIPE');
  logger.info('one that is not even tried');
  reader.kill();
  await once(reader, 'exit');
});
