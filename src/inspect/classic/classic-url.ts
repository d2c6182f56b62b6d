/**
 * What to open for the classic visualizer: its page, told to inspect what our server shows.
 *
 * @param server such as `http://127.0.0.1:8080`
 */
export function classicUrl(page: URL, server: string): string {
  const url = new URL(page);
  const others = [...url.searchParams].filter(([name]) => name !== 'inspect' && name !== 'server');
  const kept = others.length === 0 ? '' : `&${new URLSearchParams(others)}`;
  url.search = `?inspect&server=ws://${new URL(server).host}/classic${kept}`;
  return url.href;
}
