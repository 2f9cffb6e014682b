/** How addresses of services are shown and compared. */

/** An address without its name and password. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href.replace(/\/+$/, '');
}

/** The common form of all spellings of one address. Null: the text is not the address of a service. */
export function serviceOf(url: string): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  const { origin, pathname, username, password, search, hash } = new URL(url);
  return username || password || search || hash ? null : `${origin}${pathname}`.replace(/\/+$/, '');
}
