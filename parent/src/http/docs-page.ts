/** The specification as a page for people. It has no script and loads nothing from elsewhere. */
import { createHash } from 'node:crypto';
import type { Json, OpenApiDocument, OpenApiOperation } from './openapi.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}' +
  'code{font:.9em ui-monospace,monospace}h2{margin-top:2.5rem;border-top:1px solid #d0d7de;padding-top:1rem}' +
  'table{border-collapse:collapse;width:100%}td{border-top:1px solid #eaeef2;padding:.3rem .6rem;vertical-align:top}' +
  'td:first-child{white-space:nowrap}pre{overflow:auto;background:#f6f8fa;padding:1rem}' +
  '@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}}';

/** The page may load its own style and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The page. */
export function docsPage(document: OpenApiDocument): string {
  const { title, version, description } = document.info;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation)),
  );
  const { schemas } = document['components'] as { readonly schemas: Readonly<Record<string, Json>> };
  const shapes = Object.entries(schemas).map(
    ([name, schema]) =>
      `<h3 id="${toHtml(name)}">${toHtml(name)}</h3><pre>${toHtml(JSON.stringify(schema, null, 2))}</pre>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta name="viewport" content="width=device-width"><title>${toHtml(title)}</title><style>${STYLE}</style></head>`,
    `<body><h1>${toHtml(title)} ${toHtml(version)}</h1><p>${toHtml(description)}</p>`,
    '<p>For programs: <a href="/openapi.json">/openapi.json</a></p>',
    ...operations,
    '<h2>Shapes</h2>',
    ...shapes,
    '</body></html>',
  ].join('\n');
}

function section(
  method: string,
  path: string,
  { summary, parameters = [], responses }: OpenApiOperation,
): string {
  const inputs = parameters.map((parameter) =>
    row(String(parameter['name']), `${String(parameter['in'])}: ${String(parameter['description'])}`),
  );
  const outcomes = Object.entries(responses).map(([status, answer]) =>
    row(status, String(answer['description'])),
  );
  return [
    `<h2><code>${toHtml(method.toUpperCase())} ${toHtml(path)}</code></h2><p>${toHtml(summary)}</p>`,
    `<table>${inputs.join('')}${outcomes.join('')}</table>`,
  ].join('\n');
}

function row(name: string, text: string): string {
  return `<tr><td><code>${toHtml(name)}</code></td><td>${toHtml(text)}</td></tr>`;
}

function toHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
