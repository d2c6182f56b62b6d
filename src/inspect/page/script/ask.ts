import type { InspectorRequest } from '../../inspector-view.ts';

/** Sends a request to the server. @returns why it failed; '' if it did not */
export async function ask(request: InspectorRequest): Promise<string> {
  try {
    const response = await fetch('control', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (response.ok) return '';
    const { error } = await response.json();
    return `Refused: ${error}`;
  } catch (error) {
    return `Not sent: ${error instanceof Error ? error.message : error}`;
  }
}
