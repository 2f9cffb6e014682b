/** Addresses of services as they are shown and compared. */

/** An address without a name and a password in it. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href.replace(/\/+$/, '');
}

/** What two spellings of one address have in common; null: it is no address of a service. */
export function serviceOf(url: string): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  const { origin, pathname, username, password, search, hash } = new URL(url);
  return username || password || search || hash ? null : `${origin}${pathname}`.replace(/\/+$/, '');
}
